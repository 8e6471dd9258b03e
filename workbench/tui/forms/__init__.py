"""Forms on the screen: the fields of ``catalogue.forms`` as rows, each typed or chosen where it stands."""
