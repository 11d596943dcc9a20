"""Getting the product onto a machine and running it there: set-up, configuration, supervision."""
