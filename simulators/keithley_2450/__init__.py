"""A simulated Keithley 2450(-EC) source-measure unit: enough SCPI for a cyclic voltammogram."""
