"""The version of Textual that is pinned, and the names of its private members that Workbench uses."""

from __future__ import annotations

from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual._styles_cache import StylesCache
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.css.styles import RenderStyles
from textual.css.stylesheet import Stylesheet
from textual.document._history import EditHistory
from textual.dom import DOMNode
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.widget import Widget
from textual.widgets import RichLog, TextArea
from textual.widgets.text_area import Document, WrappedDocument
from textual.worker_manager import WorkerManager

VERSION = "8.2.8"
"""The version that these names were read in."""
CLASS_MEMBERS: dict[type, tuple[str, ...]] = {
    App: (
        *("_background_screens", "_display", "_fatal_error", "_close_messages_no_wait"),
        *("_handle_exception", "_start_widget"),
    ),
    ChopsUpdate: ("render_segments",),
    Compositor: ("_get_renders", "render_partial_update", "visible_widgets"),
    LayoutUpdate: ("render_segments",),
    Document: ("replace_range", "get_text_range"),
    Screen: (
        *("_on_idle", "_on_timer_update", "_post_register", "_on_screen_resume", "_screen_resized"),
        *("_get_breakpoint_classes", "_refresh_layout", "_compositor_refresh"),
    ),
    ScrollView: ("_scroll_update", "_refresh_scrollbars"),
    StylesCache: ("render_line", "get_inner_outer"),
    TextArea: (
        *("_set_document", "_rewrap_and_refresh_virtual_size", "_refresh_size", "_render_line"),
        *("_build_highlight_map", "_app_theme_changed", "_restart_blink", "_replace_via_keyboard"),
        *("_yield_character_locations", "_yield_character_locations_reverse"),
        "_refresh_scrollbars",
    ),
    Stylesheet: ("reparse", "set_variables", "parse"),
    WorkerManager: ("_remove_worker",),
    WrappedDocument: ("height",),
    XTermParser: ("parse", "parse_mouse_code", "_sequence_to_key_events"),
}
"""What the classes must have; the members of their instances are looked at in a running app."""
INSTANCE_MEMBERS: dict[type, tuple[str, ...]] = {
    App: ("_exception", "_driver", "_exit", "_workers"),
    DOMNode: ("_pruning",),
    Document: ("_lines", "_newline"),
    EditHistory: ("_previously_replaced",),
    RenderStyles: ("_cache_key",),
    RichLog: ("_start_line",),
    Screen: (
        *("_compositor", "_dirty_widgets", "_layout_required", "_scroll_required"),
        "_repaint_required",
    ),
    Stylesheet: ("_variables",),
    TextArea: ("_highlight_query", "_line_cache", "_theme", "_cursor_offset", "_draw_cursor"),
    Widget: ("_styles_cache", "_vertical_scrollbar", "_horizontal_scrollbar"),
    WrappedDocument: (
        *("_offset_to_line_info", "_line_index_to_offsets", "_wrap_offsets", "_tab_width_cache"),
        *("_width", "_tab_width"),
    ),
}
