"""What `manage.py demo` shows: real pictures that scikit-image and pydicom ship, and everything made from them."""
