"""Recipe x station -> Plan: the tree of steps with bounds, and every check that can be made before a drop moves."""
