"""Ball-milled metal-organic frameworks [Ru2Cu4(btc)4Cl]: recipes, station, rules and species libraries as data."""
