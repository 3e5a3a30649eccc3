"""A simulated Mettler-Toledo balance speaking MT-SICS, with a Quantos dosing head where its options say so."""
