"""The item bank: items in versions, item sets, enemies, exposure, statistics, and how items leave the house."""
