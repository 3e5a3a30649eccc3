"""Sequential metalation of lacunary polyoxometalates: recipes, station, species and rules as data."""
