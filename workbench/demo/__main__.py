"""``python -m workbench.demo``: the demo server on stdio."""

from workbench.util.own_python import forget_current_folder

if __name__ == "__main__":
    forget_current_folder()
    from workbench.demo.server import main

    main()
