//! One page: what it says, what a person does to it, how it looks.

use std::{fs, path::Path, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::pipe::Pipe;
use crate::wait;

/// Marks the document that is about to be left, so that the next one is told from it.
const LEAVING: &str = "window.isBeingLeft = true";
const ARRIVED: &str = "window.isBeingLeft !== true && document.readyState === 'complete'";

/// Pixels; a longer page is cut.
const LONGEST_PICTURE: f64 = 8_000.0;

/// A page of a browser.
pub struct Page {
    pipe: Pipe,
    session: String,
    /// Whether the browser complained of something; see [`Page::complaints`].
    complaints: Vec<String>,
}

impl Page {
    pub(super) fn new(mut pipe: Pipe) -> Page {
        let blank = json!({ "url": "about:blank" });
        let target = pipe.command(None, "Target.createTarget", &blank).unwrap()["targetId"].take();
        let attach = json!({ "targetId": target, "flatten": true });
        let session = pipe.command(None, "Target.attachToTarget", &attach).unwrap()["sessionId"].take();
        let session = session.as_str().expect("a session").to_owned();
        let mut page = Page { pipe, session, complaints: Vec::new() };
        for domain in ["Page.enable", "Runtime.enable", "Log.enable", "DOM.enable"] {
            page.command(domain, &json!({}));
        }
        page.screen(1280, 800);
        page
    }

    pub(super) fn close(&mut self) {
        self.pipe.close();
    }

    fn try_command(&mut self, method: &str, parameters: &Value) -> Result<Value, String> {
        let said = self.pipe.command(Some(&self.session), method, parameters);
        self.complaints.extend(self.pipe.events.drain(..).filter_map(|event| complaint(&event)));
        said
    }

    #[track_caller]
    fn command(&mut self, method: &str, parameters: &Value) -> Value {
        self.try_command(method, parameters).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// What broke on the pages so far: exceptions, errors on the console, what a security policy held back. Each is told once.
    pub fn complaints(&mut self) -> Vec<String> {
        self.ask("1");
        std::mem::take(&mut self.complaints)
    }

    /// Goes to an address and waits until the page is there with its scripts.
    ///
    /// # Panics
    /// It does not come.
    #[track_caller]
    pub fn open(&mut self, url: &str) {
        self.ask(LEAVING);
        let said = self.command("Page.navigate", &json!({ "url": url }));
        assert_eq!(said["errorText"], Value::Null, "{url}");
        self.await_so(&format!("{url} is loaded"), ARRIVED);
    }

    /// The value of an expression, or of what it promises.
    ///
    /// # Panics
    /// The script throws.
    #[track_caller]
    pub fn ask(&mut self, script: &str) -> Value {
        self.try_ask(script).unwrap_or_else(|error| panic!("{error}: {script}"))
    }

    fn try_ask(&mut self, script: &str) -> Result<Value, String> {
        let question = json!({ "expression": script, "returnByValue": true, "awaitPromise": true });
        let mut said = self.try_command("Runtime.evaluate", &question)?;
        match said.get("exceptionDetails") {
            Some(thrown) => Err(thrown["exception"]["description"].to_string()),
            None => Ok(said["result"]["value"].take()),
        }
    }

    /// Looks until an expression is true; a page that is just changing counts as not yet.
    ///
    /// # Panics
    /// It is not in time; shows what the page says.
    #[track_caller]
    pub fn await_so(&mut self, what: &str, script: &str) {
        let so = wait::within(wait::LONG, || (self.try_ask(script).ok()? == Value::Bool(true)).then_some(()));
        if so.is_none() {
            let text = self.text("body");
            panic!("not within {:?}: {what}\n{text}", wait::LONG);
        }
    }

    /// What a person reads in the first element of a selector.
    ///
    /// # Panics
    /// There is none.
    #[track_caller]
    pub fn text(&mut self, selector: &str) -> String {
        let text = self.ask(&format!("document.querySelector({}).innerText", json!(selector)));
        text.as_str().expect("an element has a text").to_owned()
    }

    /// Clicks on the middle of an element, as a mouse does.
    ///
    /// # Panics
    /// There is no such element, or something else lies over it.
    #[track_caller]
    pub fn click(&mut self, selector: &str) {
        let (x, y) = self.place_of(selector);
        for kind in ["mousePressed", "mouseReleased"] {
            let mouse = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.command("Input.dispatchMouseEvent", &mouse);
        }
    }

    /// Clicks on something that leads to another page, and waits for that.
    ///
    /// # Panics
    /// As for [`Page::click`], or no other page comes.
    #[track_caller]
    pub fn follow(&mut self, selector: &str) {
        self.ask(LEAVING);
        self.click(selector);
        self.await_so(&format!("{selector} leads to a page"), ARRIVED);
    }

    /// The middle of the first line of an element that can be hit there.
    #[track_caller]
    fn place_of(&mut self, selector: &str) -> (f64, f64) {
        let look = format!(
            "(() => {{ const found = document.querySelector({});
               found.scrollIntoView({{ block: 'center' }});
               const box = found.getClientRects()[0];
               const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
               const hit = document.elementFromPoint(x, y);
               return found === hit || found.contains(hit) || hit?.contains(found) ? [x, y] : String(hit?.outerHTML); }})()",
            json!(selector)
        );
        let place = self.ask(&look);
        let at = |index: usize| place[index].as_f64();
        at(0).zip(at(1)).unwrap_or_else(|| panic!("{selector} cannot be hit: {place}"))
    }

    /// Writes into a field, after what is there.
    ///
    /// # Panics
    /// There is no such field.
    #[track_caller]
    pub fn write(&mut self, selector: &str, text: &str) {
        self.click(selector);
        self.command("Input.insertText", &json!({ "text": text }));
    }

    /// Presses a key that types nothing: `Tab`, `Enter`, `ArrowLeft`.
    pub fn press(&mut self, key: &str) {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "ArrowLeft" => 37,
            "ArrowRight" => 39,
            key => panic!("{key} is no key that is known here"),
        };
        for kind in ["rawKeyDown", "char", "keyUp"].iter().filter(|kind| **kind != "char" || code == 13) {
            let text = if *kind == "char" { "\r" } else { "" };
            let press =
                json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text });
            self.command("Input.dispatchKeyEvent", &press);
        }
    }

    /// Gives a file to a file input, as its dialog does.
    ///
    /// # Panics
    /// There is no such input.
    #[track_caller]
    pub fn choose_file(&mut self, selector: &str, file: &Path) {
        let root = self.command("DOM.getDocument", &json!({}))["root"]["nodeId"].take();
        let node = self.command("DOM.querySelector", &json!({ "nodeId": root, "selector": selector }));
        self.command("DOM.setFileInputFiles", &json!({ "files": [file], "nodeId": node["nodeId"] }));
    }

    /// Drags a file from outside onto an element and lets go of it.
    ///
    /// # Panics
    /// There is no such element.
    #[track_caller]
    pub fn drop_file(&mut self, selector: &str, file: &Path) {
        let (x, y) = self.place_of(selector);
        let data = json!({ "items": [], "files": [file], "dragOperationsMask": 1 });
        for kind in ["dragEnter", "dragOver", "drop"] {
            let drag = json!({ "type": kind, "x": x, "y": y, "data": data });
            self.command("Input.dispatchDragEvent", &drag);
        }
    }

    /// A screen of this size in CSS pixels.
    pub fn screen(&mut self, width: u32, height: u32) {
        let screen =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.command("Emulation.setDeviceMetricsOverride", &screen);
    }

    /// Paper instead of a screen, and dark instead of light.
    pub fn medium(&mut self, is_print: bool, is_dark: bool) {
        let scheme = if is_dark { "dark" } else { "light" };
        let medium = json!({
            "media": if is_print { "print" } else { "" },
            "features": [{ "name": "prefers-color-scheme", "value": scheme }],
        });
        self.command("Emulation.setEmulatedMedia", &medium);
    }

    /// Takes a picture of the whole page, says where it is, and gives the file.
    ///
    /// # Panics
    /// It cannot be taken or written.
    pub fn picture(&mut self, name: &str) -> PathBuf {
        self.photograph(name, 1.0)
    }

    /// The same with more pixels to a CSS pixel, as a camera has of paper.
    ///
    /// # Panics
    /// It cannot be taken or written.
    pub fn photograph(&mut self, name: &str, scale: f64) -> PathBuf {
        let size = self.command("Page.getLayoutMetrics", &json!({}))["cssContentSize"].take();
        let height = size["height"].as_f64().unwrap_or_default().min(LONGEST_PICTURE);
        let clip = json!({ "x": 0, "y": 0, "width": size["width"], "height": height, "scale": scale });
        let whole = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let taken = self.command("Page.captureScreenshot", &whole)["data"].take();
        let bytes = STANDARD.decode(taken.as_str().expect("a picture")).unwrap();
        let file = super::pictures().join(format!("{name}.png"));
        fs::write(&file, bytes).unwrap();
        eprintln!("picture: {}", file.display());
        file
    }

    /// How far the page can be scrolled sideways, in CSS pixels: 0 on a page that fits its screen.
    pub fn sideways(&mut self) -> i64 {
        let script = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        self.ask(script).as_i64().expect("a width")
    }
}

/// What an event of the browser complains of, if it does.
fn complaint(event: &Value) -> Option<String> {
    let about = &event["params"];
    match event["method"].as_str()? {
        "Runtime.exceptionThrown" => Some(about["exceptionDetails"].to_string()),
        "Runtime.consoleAPICalled" if about["type"] == "error" => Some(about["args"].to_string()),
        "Log.entryAdded" if about["entry"]["level"] == "error" => {
            Some(format!("{} {}", about["entry"]["text"], about["entry"]["url"]))
        }
        _ => None,
    }
}
