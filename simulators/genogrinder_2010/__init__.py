"""A simulated Geno/Grinder 2010 shaker mill."""
