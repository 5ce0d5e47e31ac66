// The contract of an importer: text of one host's files in, neutral model out, with every line accounted for.
//
// How a host is imported (importers/registry.h does it):
//   1. each file is decoded and cut into sections: runs of lines that one importer recognises, so that several outputs pasted into one
//      file are told apart by content;
//   2. importers that only provide facts (addresses, routes, named sets) run first, then those that make policies;
//   3. each importer gets ALL sections of the host that it claims, in the user's order. A later one may be a change to an earlier one.
//
// An importer never throws on input and never stops at the first problem.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/account.h"
#include "model/diagnostic.h"
#include "model/network.h"

namespace fwproof::importers {

// A run of lines of one file. Lines keep the numbers that they have in the file.
struct Section {
  uint32_t file = 0;                     // index into model::Sources::files
  uint32_t first_line = 1;
  std::vector<std::string_view> lines;   // without line ends, UTF-8 (or raw bytes when `encoding` is "bytes": no BOM, not UTF-8)
  std::string encoding;                  // "UTF-8", "UTF-16LE", "bytes", …
  std::string path;                      // for messages
};

// Entries of a named address set (ipset). Every entry is a tuple of values, one per dimension.
struct NamedSet {
  std::string name;
  std::string type;                      // "hash:net", "hash:ip,port", …
  bool v6 = false;
  struct Entry {
    std::vector<model::Term> terms;      // one conjunction with the fields src / dst_port … standing for dimensions 1, 2, …: see ipset_save/FORMAT.md
    bool nomatch = false;
    model::Origin origin;
  };
  std::vector<Entry> entries;            // one per distinct combination of the other dimensions: addresses are merged
  // Types whose only dimension is an address: the addresses that match, nomatch already taken out; `entries` stays empty.
  bool one_address = false;
  model::AddressSet addresses;
  std::vector<std::string> members;      // list:set
  unsigned dimensions = 1;
  bool has_nomatch = false;
  std::string opaque;                    // not empty: why the entries do not tell what matches
  bool timeouts = false;                 // entries expire
  model::Origin origin;
};

// What fact importers collect and policy importers may use.
struct Facts {
  model::HostFacts host;
  std::map<std::string, NamedSet> sets;
};

struct ImportResult {
  std::vector<model::Policy> policies;                 // empty for fact importers
  std::map<uint32_t, model::Account> accounts;         // by file: classes for the lines of the given sections, other lines unset
  std::vector<model::Diagnostic> diagnostics;
  std::map<std::string, std::string> header;           // what the export says of itself: "date", "host", "version"
  // The policies are a partial view of what the nftables rules of the same host show in full (iptables-save of the nf_tables back end): these
  // replace them where they have the same tables. Beside any other firewall's export they count as much as that.
  bool is_partial_view = false;
};

// How sure an importer is that a section starts with this line (looking ahead is allowed).
enum class Claim { no, maybe, yes };

struct Importer {
  std::string_view name;        // "netsh"
  std::string_view summary;     // one line for `fwproof formats`
  bool facts_only = false;
  bool takes_preamble = false;  // lines above a file's first claim belong to it too: a script's conditions and variables matter
  bool aside = false;           // what it describes stands beside the way of packets (a DHCP server's configuration, a hosts file): facts, no device
  bool is_host_format = true;   // a host's own firewall rather than a device on the way (for --config)
  // Does a section of this format start at lines[at]? Called for every line of a file that no one has claimed yet and for every later
  // line, so it must be cheap for lines that are none of its business. `maybe` is only used when the whole file has no `yes`.
  Claim (*starts_at)(std::span<const std::string_view> lines, size_t at) = nullptr;
  // A line of a shape that this format alone has: in a run of its own nobody else is asked whether a section starts there, which is what costs time in a
  // file of a million lines. Must be very cheap; may be missing.
  bool (*only_ours)(std::string_view line) = nullptr;
  // For a file that nobody claims: why this importer nearly would have ("a netsh listing in a language without a table"), or empty.
  std::string (*nearly)(std::span<const std::string_view> lines) = nullptr;
  // sections: never empty. facts: in for policy importers, in and out for fact importers.
  ImportResult (*import)(std::span<const Section> sections, Facts& facts) = nullptr;
};

}  // namespace fwproof::importers
