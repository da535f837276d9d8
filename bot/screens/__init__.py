"""The screens: one file each, in the order ids, view, read, listeners, register. They never import each other."""
