"""A campaign's page and table: how far it has come, what is best, how results answer to what was varied, lineage."""
