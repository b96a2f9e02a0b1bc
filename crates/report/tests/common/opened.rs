//! Opening again what was written.
#![allow(dead_code, missing_docs, clippy::unwrap_used)] // test code; each file uses its own part

use std::io::{Cursor, Read};

use roxmltree::{Document, Node};

/// A part of a zip archive.
pub fn part(archive: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// Names of the parts, in order.
pub fn parts(archive: &[u8]) -> Vec<String> {
    let archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    archive.file_names().map(|name| name.unwrap().into_owned()).collect()
}

/// The texts below a node, by paragraph.
pub fn paragraphs(document: &Document<'_>) -> Vec<String> {
    let is = |node: &Node<'_, '_>, name| node.tag_name().name() == name;
    let paragraphs = document.descendants().filter(|node| is(node, "p"));
    let text = |node: Node<'_, '_>| -> String {
        node.descendants().filter(|node| is(node, "t")).filter_map(|node| node.text()).collect()
    };
    paragraphs.map(text).collect()
}
