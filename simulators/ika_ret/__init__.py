"""A simulated IKA RCT/RET hotplate stirrer speaking NAMUR commands."""
