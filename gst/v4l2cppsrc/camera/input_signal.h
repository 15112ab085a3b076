#pragma once

#include "common/signal_state.h"
#include "messages/report.h"

namespace v4l2gst {

struct Camera;
struct Settings;
class Messages;

/// Applies the wishes for the input, sets the device to what its source sends, and subscribes to
/// source changes. Reads the media graph again, too. Adds a message if the signal was lost or came
/// back.
Outcome<> follow_input(Camera& camera, const Settings& settings, Messages& messages);

/// Looks at the signal, and sets nothing. Adds messages as follow_input() does. Returns true if the
/// state of the signal is another one. Error: the device is gone.
Outcome<bool> watch_signal(Camera& camera, Messages& messages);

/// Notes that a call failed with `error` for lack of a signal, whatever the driver says when it is
/// asked. Adds a message if that is news.
void note_no_signal(Camera& camera, const v4l2::Error& error, Messages& messages);

/// Returns true if the input has surely no signal to capture.
bool lacks_picture(const Camera& camera);

/// Returns what the property "signal" has. `camera` is null while none is open.
SignalState signal_state(const Camera* camera);

}  // namespace v4l2gst
