"""``python -m workbench.demo``: the demo server on stdio."""

from workbench.demo.server import main

if __name__ == "__main__":
    main()
