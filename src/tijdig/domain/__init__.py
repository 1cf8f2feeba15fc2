"""The rules of the field, pure: values in, values out, standard library only."""
