//! What the server wrote into its log, so that a failed test can say why a page failed.

use std::fmt::{Debug, Write};
use std::sync::{Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// What all worlds of this process have written; a reference tells whose it is.
static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Begins to listen.
pub fn listen() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        let listening = tracing_subscriber::registry().with(Listener);
        tracing::subscriber::set_global_default(listening).expect("the only listener");
    });
}

/// What was written under the reference of a request, which is on its page, too.
pub fn lines_with(reference: &str) -> Vec<String> {
    LINES.lock().expect("the lines").iter().filter(|line| line.contains(reference)).cloned().collect()
}

/// Whether anything that was written so far holds this text.
pub fn holds(text: &str) -> bool {
    LINES.lock().expect("the lines").iter().any(|line| line.contains(text))
}

/// How many lines were written so far.
pub fn length() -> usize {
    LINES.lock().expect("the lines").len()
}

struct Listener;

impl<S: Subscriber> Layer<S> for Listener {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        let most = if metadata.target().starts_with("roster") { Level::DEBUG } else { Level::INFO };
        *metadata.level() <= most
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        LINES.lock().expect("the lines").push(line.0);
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}
