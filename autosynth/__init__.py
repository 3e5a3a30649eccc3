"""The platform: recipes, checks, the engine and its journal. It knows contracts, never devices."""
