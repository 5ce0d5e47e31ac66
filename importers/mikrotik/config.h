// The configuration that a script's commands leave behind: the items of each menu in their order.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "importers/importer.h"
#include "importers/mikrotik/ast.h"
#include "importers/mikrotik/report.h"

namespace fwproof::importers::mikrotik {

struct Property {
  std::string key;
  std::string value;
  bool opaque = false;
  uint32_t line = 0;
  uint32_t column = 0;
};

struct Item {
  std::vector<Property> properties;
  std::vector<Span> spans;     // the statement that adds it, and those that change it
  bool conditional = false;    // a script decides whether it is there
  // Not empty: no item, but a command whose effect on the items around it is not followed, and why.
  std::string poison;

  // nullptr when it is not set. An empty value counts as not set.
  const Property* find(std::string_view key) const;
  std::string_view get(std::string_view key) const;
  bool is(std::string_view key, std::string_view value) const { return get(key) == value; }
  bool disabled() const { return is("disabled", "yes") || is("disabled", "true"); }
  // Whether it is there, and switched on, cannot be told.
  bool uncertain() const;
};

struct Menu {
  std::vector<Item*> items;    // in the menu's order
  bool opaque = false;         // some command was not followed
};

// Something whose effect on packets is not followed, wherever they go.
struct Blind {
  Span span;
  std::string text;
};

class Config {
 public:
  Config(Report& report) : report_(report) {}

  void apply(Statement& statement);
  // After the last statement: accounts for the lines that only structure the script.
  void finish();

  // Empty when nothing is there.
  const std::vector<Item*>& items(std::string_view menu) const;
  bool is_opaque(std::string_view menu) const;
  bool has_menu(std::string_view prefix) const;
  // The one record of a menu of settings; nullptr when the file does not speak of it.
  const Item* settings(std::string_view menu) const;

  const std::vector<Blind>& blinds() const { return blinds_; }
  const std::vector<Blind>& protocols() const { return protocols_; }
  const std::set<std::string, std::less<>>& dynamic_lists() const { return dynamic_lists_; }
  const std::set<std::string, std::less<>>& dynamic_interface_lists() const { return dynamic_interface_lists_; }
  const std::vector<Blind>& stops() const { return stops_; }
  const std::set<std::string, std::less<>>& stored_words() const { return stored_words_; }
  const std::vector<Blind>& stored_scripts() const { return stored_scripts_; }
  // Can packets be protected by IPsec at all?
  bool has_ipsec() const { return ipsec_; }
  const std::string& identity() const { return identity_; }

 private:
  void apply_command(Statement& statement);
  void apply_items(Statement& statement, const std::string& path, bool firewall);
  void apply_settings(Statement& statement, const std::string& path);
  void add(Statement& statement, Menu& menu, bool firewall);
  void change(Statement& statement, const std::string& path, Menu& menu, bool firewall);
  bool refuse_command(const Statement& statement);
  void note_irrelevant(const Statement& statement, std::string_view reason);
  void blind(const Statement& statement, std::string text);
  void poison(const Statement& statement, Menu& menu, bool in_front, std::string why);

  struct Targets {
    bool known = false;
    bool everything = false;
    std::vector<size_t> indices;
    size_t words = 0;           // arguments that named them
  };
  Targets targets(const Statement& statement, const std::string& path, const Menu& menu);
  bool find_targets(const Argument& argument, const std::string& path, const Menu& menu, Targets& result);
  bool name_targets(const Argument& argument, const Menu& menu, Targets& result);

  Item& new_item(const Statement& statement);
  static void set_properties(Item& item, const Statement& statement, size_t from);
  void watch_lists(const Statement& statement, const std::string& path);

  Report& report_;
  std::vector<std::unique_ptr<Item>> store_;
  std::map<std::string, Menu, std::less<>> menus_;
  std::vector<Span> structure_;
  std::vector<Blind> blinds_, protocols_, stored_scripts_, stops_;
  std::set<std::string, std::less<>> dynamic_lists_, dynamic_interface_lists_, stored_words_;
  std::string identity_;
  bool ipsec_ = false;
  size_t work_ = 0;             // items looked at or moved
};

}  // namespace fwproof::importers::mikrotik
