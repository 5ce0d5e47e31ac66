// The menus of RouterOS: which of them bear on filtering, translation, addressing or routing, and why the others do not.
#pragma once

#include <cstdint>
#include <string_view>

namespace fwproof::importers::mikrotik {

enum class Role : uint8_t {
  items,        // add, set, remove …: a list that is lowered
  settings,     // one record of properties that is lowered
  firewall,     // as items: a table of rules, where what is not followed makes all its decisions depend
  routing,      // a routing protocol: its add commands make the routes less than the whole truth
  irrelevant,   // `reason` says why
  unknown,      // no menu that is known here
};

struct MenuSpec {
  std::string_view path;
  Role role = Role::unknown;
  std::string_view reason;      // irrelevant: becomes the construct in the account
  bool subtree = false;         // holds for everything below, too
};

// The longest entry that covers the menu; role unknown when there is none.
MenuSpec menu_spec(std::string_view path);

// Do known menus stand below it ("ip firewall")?
bool is_menu_prefix(std::string_view path);

// Does a line of text start with a menu that only RouterOS has?
bool is_menu_line(std::string_view line);

}  // namespace fwproof::importers::mikrotik
