"""Inventory: whether one article can be bought now, how many are left and for how much."""
