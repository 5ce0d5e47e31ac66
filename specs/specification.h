// A specification: what a vendor's document says must be open, row by row, each row cited (docs/specification.schema.json).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/diagnostic.h"
#include "model/requirement.h"
#include "model/source.h"

namespace fwproof::specs {

// A point that the document leaves open, and how it was decided.
struct Reading {
  std::string open;                  // "direction", "source", "target", "protocol", "ports", "unlisted", …; may be empty
  std::string chosen;                // how it is read: "from ANY to SERVER"
  std::string alternative;           // what else it could mean; may be empty
  bool review = false;               // nobody has decided it yet
  std::string accepted;              // who or what decided it
  friend bool operator==(const Reading&, const Reading&) = default;
};

// A number of the document that looks like a port and is in no row.
struct LeftOver {
  std::string text;                  // "1024"
  std::string why;                   // "a year", "part of a version", …
  model::Citation citation;
  friend bool operator==(const LeftOver&, const LeftOver&) = default;
};

struct Note {
  std::string text;
  model::Citation citation;
  friend bool operator==(const Note&, const Note&) = default;
};

struct Row {
  std::string id;                    // "8474-ADM-MGMT", unique in its specification
  std::vector<std::string> from;
  std::vector<std::string> to;
  std::string protocol = "tcp";      // as written: a name or a number
  unsigned protocol_number = 6;
  model::IntervalSet ports;
  std::vector<std::string> port_texts;   // as written
  model::IntervalSet src_ports;      // default 1024-65535
  bool optional = false;
  std::string program;
  std::string service;
  bool dynamic_rpc = false;          // "dynamic": "rpc": RPC assigns the service a port out of `ports` at run time
  std::string description;
  std::vector<Reading> readings;
  model::Citation citation;
  friend bool operator==(const Row&, const Row&) = default;
};

// One text for a result: "direction: from ANY to SERVER (else: both ways)".
std::string to_text(const std::vector<Reading>& readings);

struct Role {
  std::string title;
  bool is_name = false;              // a DNS name such as my.mailstore.com rather than an abbreviation
  friend bool operator==(const Role&, const Role&) = default;
};

struct Constraint {
  model::Constraint::Kind kind{};
  std::vector<std::string> from;     // nat-loopback: the clients inside; empty: every address of the server's network
  std::vector<std::string> to;       // the hosts that it is about; empty: every role that rows protect
  std::vector<std::string> alternatives;   // nat-loopback: "internal-dns", "hosts-file", "internal-address": what the document accepts instead
  model::Citation citation;
  friend bool operator==(const Constraint&, const Constraint&) = default;
};

struct Specification {
  std::string id;
  std::string title;
  model::Citation document;          // document = title, revision, file, sha256; line 0
  model::Strictness unlisted_tcp = model::Strictness::warning;
  model::Strictness unlisted_other = model::Strictness::warning;
  model::Citation unlisted_citation;
  std::map<std::string, Role> roles; // ANY is always defined
  std::vector<Row> rows;
  std::vector<Constraint> constraints;
  std::vector<Note> notes;
  std::vector<LeftOver> left_over;
  friend bool operator==(const Specification&, const Specification&) = default;
};

struct LoadedSpecifications {
  std::vector<Specification> specifications;   // those without an error
  std::vector<model::Diagnostic> diagnostics;  // errors: file, line, JSON path in the message
};

// A file holds one specification or a list of them; comments are allowed. `file` indexes sources.
LoadedSpecifications load_specifications(const model::Sources& sources, uint32_t file);

// Copies of the built-in ones, sorted by id. Never empty; each is parsed once, by the same loader.
std::vector<Specification> builtin();
// Stays where it is.
const Specification* find_builtin(std::string_view id);
// The JSON text of a built-in specification's file, for `fwproof specs NAME --format json`.
std::string_view builtin_text(std::string_view id);

// Nearest known word by edit distance, or empty when none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace fwproof::specs
