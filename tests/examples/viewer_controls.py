"""A panel with the controls of a camera, for any GTK 3 application that plays v4l2cppsrc.

Each control is a child of the element (GstChildProxy). The panel shows what there is: a slider for a number, a box to
tick, a list for a menu, a button. It follows the controls, whoever changes them.
"""

import gi

gi.require_version("Gst", "1.0")
gi.require_version("Gtk", "3.0")
from gi.repository import GLib, Gst, Gtk  # noqa: E402

# enum v4l2_ctrl_flags: disabled, grabbed, read-only, inactive
NOT_SETTABLE = 0x0001 | 0x0002 | 0x0004 | 0x0010


class Row:
    """A control and its widget. `signal` of the widget sets the control, and a change of the control the widget."""

    signal = None

    def __init__(self, control, on_change):
        self.control, self.on_change = control, on_change
        self.widget = self.make()
        self.handler = self.widget.connect(self.signal, lambda *_: self.set()) if self.signal else None
        # These come on any thread, and GTK belongs to the main loop's.
        self.connections = [control.connect(f"notify::{name}", lambda *_: GLib.idle_add(self.show))
                            for name in ("value", "flags", "minimum", "maximum", "step")]
        self.show()

    def disconnect(self):
        for connection in self.connections:
            self.control.disconnect(connection)

    def get(self, name):
        return self.control.get_property(name)

    def show(self):
        """Shows the control as it is, without setting it again."""
        if self.handler is None:
            self.show_value()
        else:
            with self.widget.handler_block(self.handler):
                self.show_value()
        self.widget.set_sensitive(not int(self.get("flags")) & NOT_SETTABLE)
        self.on_change(self.control.get_name())
        return GLib.SOURCE_REMOVE


class Slider(Row):
    """An integer."""

    signal = "value-changed"

    def make(self):
        scale = Gtk.Scale(digits=0, value_pos=Gtk.PositionType.RIGHT, hexpand=True)
        scale.set_size_request(180, -1)
        return scale

    def show_value(self):
        adjustment = self.widget.get_adjustment()
        step = max(self.get("step"), 1)
        adjustment.configure(self.get("value"), self.get("minimum"), self.get("maximum"), step, 10 * step, 0)

    def set(self):
        self.control.set_property("value", round(self.widget.get_value()))


class Tick(Row):
    """A boolean."""

    signal = "toggled"

    def make(self):
        return Gtk.CheckButton()

    def show_value(self):
        self.widget.set_active(self.get("value"))

    def set(self):
        self.control.set_property("value", self.widget.get_active())


class Menu(Row):
    """A menu, whose entries have labels and numbers."""

    signal = "changed"

    def make(self):
        combo = Gtk.ComboBoxText()
        entries = self.get("menu")
        for place in range(entries.n_fields()):
            index = entries.nth_field_name(place)
            combo.append(index, str(entries.get_value(index)))
        return combo

    def show_value(self):
        self.widget.set_active_id(str(self.get("index")))

    def set(self):
        self.control.set_property("index", int(self.widget.get_active_id()))


class Press(Row):
    """A button."""

    signal = "clicked"

    def make(self):
        return Gtk.Button(label=self.get("title"))

    def show_value(self):
        pass

    def set(self):
        self.control.set_property("value", True)


class Text(Row):
    """What is only shown: a string, a list, a bitmask, 64 bits."""

    def make(self):
        return Gtk.Label(xalign=0, ellipsize=3, max_width_chars=24)

    def show_value(self):
        self.widget.set_text(str(self.get("value")))


ROWS = {"int": Slider, "bool": Tick, "menu": Menu, "intmenu": Menu, "button": Press}


class Panel(Gtk.ScrolledWindow):
    """The controls of a camera. `on_change` is called with the name of each control that is shown anew."""

    def __init__(self, on_change):
        super().__init__(hscrollbar_policy=Gtk.PolicyType.NEVER, propagate_natural_width=True)
        self.on_change = on_change
        self.rows = {}
        self.grid = Gtk.Grid(row_spacing=4, column_spacing=12, margin=12)
        self.add(self.grid)

    def clear(self):
        for row in self.rows.values():
            row.disconnect()
        self.rows.clear()
        self.grid.foreach(self.grid.remove)

    def fill(self, camera):
        """Shows the controls of the camera, which is open."""
        self.clear()
        for place in range(Gst.ChildProxy.get_children_count(camera)):
            control = Gst.ChildProxy.get_child_by_index(camera, place)
            row = ROWS.get(control.get_property("type"), Text)(control, self.on_change)
            self.rows[control.get_name()] = row
            self.grid.attach(Gtk.Label(label=control.get_property("title"), xalign=0), 0, place, 1, 1)
            self.grid.attach(row.widget, 1, place, 1, 1)
        self.grid.show_all()
