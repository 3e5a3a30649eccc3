"""A simulated Runze SV-06 multiport selector valve (binary protocol)."""
