//! Compiles `proto/` without protoc: descriptor bytes that keep the custom options, Rust types, static field accessors, and the
//! options as static tables. A message, field or enum value without its labels stops the build.

#![allow(clippy::print_stdout)] // cargo is told what to watch on standard output

mod accessors;
mod obeys;
mod options;
mod rule;
mod tables;
mod view;

use std::path::{Path, PathBuf};
use std::{env, fs};

use prost_reflect::{DescriptorPool, MessageDescriptor};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    for watched in [root.join("socai"), root.join("vectors/facts"), PathBuf::from("build")] {
        println!("cargo::rerun-if-changed={}", watched.display());
    }

    let mut compiler = protox::Compiler::new([&root])?;
    compiler.include_imports(true).include_source_info(true);
    for file in ["socai/v1/event.proto", "socai/v1/annex.proto", "socai/v1/wire.proto"] {
        compiler.open_file(file)?;
    }
    let descriptors = compiler.encode_file_descriptor_set();
    fs::write(out.join("descriptors.bin"), &descriptors)?;

    prost_build::Config::new()
        .bytes(["."])
        .btree_map(["."])
        .out_dir(&out)
        .compile_fds(compiler.file_descriptor_set())?;

    let pool = DescriptorPool::decode(descriptors.as_slice())?;
    fs::write(out.join("fields.rs"), accessors::generate(&pool)?)?;
    let facts = messages_of_facts(&pool)?;
    fs::write(out.join("view.rs"), view::views(&pool, &facts)?)?;
    fs::write(out.join("obeys.rs"), obeys::generate(&pool, &facts)?)?;
    fs::write(out.join("tables.rs"), tables::generate(&pool, &root)?)?;
    Ok(())
}

/// `Event` and every message it can hold.
fn messages_of_facts(pool: &DescriptorPool) -> Outcome<Vec<MessageDescriptor>> {
    let mut messages = vec![];
    accessors::collect(&pool.get_message_by_name("socai.v1.Event").ok_or("no message Event")?, &mut messages);
    Ok(messages)
}
