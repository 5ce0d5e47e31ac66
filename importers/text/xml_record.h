// Reads the children of an element into the members of a struct, by a table: one row per child that the format knows.
//
//   struct Rule { XmlText type, interface; };
//   constexpr XmlField<Rule> kFields[] = {{"type", &Rule::type}, {"interface", &Rule::interface}};
//   std::vector<pugi::xml_node> unknown = read_record(account, file, node, kFields, rule);
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "importers/text/xml.h"

namespace fwproof::importers::text {

// A setting: what it says and on which line.
struct XmlText {
  std::string value;
  uint32_t line = 0;
  bool present = false;
  bool empty() const { return value.empty(); }
  bool operator==(std::string_view text) const { return value == text; }
};

template <class Record>
struct XmlField {
  const char* name;               // "adv_dhcp*": every name that starts so
  XmlText Record::*text = nullptr;  // nullptr: nobody needs what it says
  // The class of the element when it says something; an empty one is modelled, or irrelevant where that is the class.
  model::LineClass line_class = model::LineClass::modelled;
  const char* construct = "";       // "": the name
};

inline bool names_field(std::string_view field, std::string_view child) {
  return field.ends_with('*') ? child.starts_with(field.substr(0, field.size() - 1)) : field == child;
}

// Returns the children that the table does not know, and those that stand there for the second time; they are not accounted for.
template <class Record>
std::vector<pugi::xml_node> read_record(XmlAccount& account, const XmlFile& file, pugi::xml_node node, std::span<const XmlField<Record>> fields,
                                        Record& record) {
  std::vector<pugi::xml_node> unknown;
  std::vector<bool> seen(fields.size(), false);
  for (const pugi::xml_node child : node.children()) {
    if (child.type() != pugi::node_element || account.is_set(child)) continue;
    size_t row = 0;
    while (row < fields.size() && !names_field(fields[row].name, child.name())) ++row;
    if (row == fields.size() || (seen[row] && fields[row].text)) {
      unknown.push_back(child);
      continue;
    }
    seen[row] = true;
    const XmlField<Record>& field = fields[row];
    const std::string value = xml_text(child);
    if (field.text) record.*field.text = {value, file.line_of(child), true};
    const bool counts = !value.empty() || field.line_class == model::LineClass::irrelevant;
    account.set_all(child, counts ? field.line_class : model::LineClass::modelled, *field.construct ? field.construct : field.name);
  }
  return unknown;
}

}  // namespace fwproof::importers::text
