"""Forms assembled from the item bank."""
