// A RouterOS text through the importer, and what its policies do with packets, for the tests of this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "importers/importer.h"
#include "importers/mikrotik/importer.h"
#include "model/evaluate.h"

namespace fwproof::tests {

struct Imported {
  importers::Facts facts;
  importers::ImportResult result;
  std::vector<std::string> texts;

  const model::Policy& policy(model::Family family = model::Family::v4) const;
};

// `texts` are the files of one router, in order.
Imported import_texts(std::vector<std::string> texts);
inline Imported import_text(std::string text) { return import_texts({std::move(text)}); }

importers::Section section_of(std::string_view text, uint32_t file);

// "tcp 192.0.2.5:40000 > 198.51.100.10:443 in=ether1 out=bridge state=established nat=dst": IPv6 with brackets around the address.
model::Packet packet(const model::Policy& policy, std::string_view text);
// "accept@4", "drop@5", "accept@0" (the end of a chain), "depends"; translated packets with " > dst:port" or " < src" behind it.
std::string fate(const Imported& imported, model::Hook hook, std::string_view packet_text);
std::string diagnostic_ids(const Imported& imported);
// "modelled 1 3; opaque 2": the lines of each class but the modelled and irrelevant ones.
std::string classes(const Imported& imported);
std::string facts_text(const Imported& imported);

}  // namespace fwproof::tests
