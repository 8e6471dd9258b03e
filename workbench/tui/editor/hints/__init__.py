"""What is offered, said and marked while a script is written, as data: the widgets show it."""
