"""Stand-in for the part of google.colab that the book meets, for `make colab`.

It does what the real package documents, where a browser and a Google account are not needed.
"""
