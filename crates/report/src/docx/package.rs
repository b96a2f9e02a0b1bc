//! The archive: a handful of parts, each with the same old time stamp.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::page::footer;
use crate::Error;
use crate::plain::escaped;

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const NAMESPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
     xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

/// Packs the body of a document with everything an editor needs to open it.
pub(super) fn packed(body: &str, foot: &str, title: &str) -> Result<Vec<u8>, Error> {
    let document = format!("{XML}<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>");
    let footer = format!("{XML}<w:ftr {NAMESPACES}>{}</w:ftr>", footer(foot));
    let core = format!(
        "{XML}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{}</dc:title><dc:language>vi-VN</dc:language></cp:coreProperties>",
        escaped(title)
    );
    let parts = [
        ("[Content_Types].xml", include_str!("parts/content_types.xml")),
        ("_rels/.rels", include_str!("parts/rels.xml")),
        ("docProps/core.xml", &core),
        ("word/document.xml", &document),
        ("word/_rels/document.xml.rels", include_str!("parts/document_rels.xml")),
        ("word/styles.xml", include_str!("parts/styles.xml")),
        ("word/footer1.xml", &footer),
    ];
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(name, options)?;
        archive.write_all(content.as_bytes()).map_err(zip::result::ZipError::from)?;
    }
    Ok(archive.finish()?.into_inner())
}
