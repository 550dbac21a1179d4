"""What can stand where in a document, and the static check of an expression against it, before any value exists."""

from gateway.catalog.shapes.expressions import shape_of
from gateway.catalog.shapes.schemas import shape_in
from gateway.catalog.shapes.shape import ANYTHING, PRIVACIES, NoSuchPath, Privacy, Shape, most_private, obj

__all__ = ["ANYTHING", "PRIVACIES", "NoSuchPath", "Privacy", "Shape", "most_private", "obj", "shape_in", "shape_of"]
