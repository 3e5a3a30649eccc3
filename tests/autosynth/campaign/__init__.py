"""Campaigns: tables, plans over many rows, progress that outlives crashes."""
