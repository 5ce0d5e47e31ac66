#include "specs/specification.h"

#include <algorithm>
#include <array>
#include <set>

#include "model/packet.h"
#include "specs/keys.h"
#include "specs/reader.h"
#include "specs/values.h"

namespace fwproof::specs {
namespace {

using model::DiagnosticId;
using model::IntervalSet;
using model::Strictness;

constexpr std::string_view kConstraintKinds[] = {"port-forward", "nat-loopback", "static-address-outside-dhcp", "not-intercepted"};
constexpr std::string_view kStrictness[] = {"violation", "warning", "ignore"};  // in the order of model::Strictness

// A specification while it is read, with what is needed across its parts.
struct Draft {
  Specification spec;
  std::set<std::string> row_ids;
};
struct RowDraft {
  Row row;
  Draft& whole;
};
struct ConstraintDraft {
  Constraint constraint;
  const Draft& whole;
};

// ---- cite ---------------------------------------------------------------------------------------------------------

void read_digest(Reader& reader, const Value& value, model::Citation& citation) {
  const auto text = reader.text(value);
  if (!text) return;
  if (is_sha256(*text)) citation.sha256 = *text;
  else reader.error(value, quoted(*text) + " is not a SHA-256 digest of 64 lower-case hexadecimal digits", DiagnosticId::value_unknown);
}

void read_line(Reader& reader, const Value& value, model::Citation& citation) {
  if (const auto line = reader.number(value, 1, 1'000'000'000)) citation.line = *line;
}

constexpr KeyRule<model::Citation> kCiteKeys[] = {{"line", Need::required, read_line}, {"sha256", Need::optional, read_digest}};

void read_cite(Reader& reader, const Value& value, const Draft& whole, model::Citation& citation) {
  citation = whole.spec.document;
  citation.sha256.clear();
  read_object<model::Citation>(reader, value, kCiteKeys, citation);
}

// ---- document, unlisted, roles ------------------------------------------------------------------------------------

constexpr KeyRule<model::Citation> kDocumentKeys[] = {
    {"title", Need::required, read_text<&model::Citation::document>},
    {"revision", Need::optional, read_text<&model::Citation::revision>},
    {"file", Need::optional, read_text<&model::Citation::file>},
    {"sha256", Need::optional, read_digest},
};

void read_document(Reader& reader, const Value& value, Draft& draft) {
  read_object<model::Citation>(reader, value, kDocumentKeys, draft.spec.document);
}

template <auto Member>
void read_strictness(Reader& reader, const Value& value, Draft& draft) {
  const auto word = reader.one_of(value, "a strictness", kStrictness);
  if (word) draft.spec.*Member = static_cast<Strictness>(std::find(std::begin(kStrictness), std::end(kStrictness), *word) - kStrictness);
}

constexpr KeyRule<Draft> kUnlistedKeys[] = {
    {"tcp", Need::optional, read_strictness<&Specification::unlisted_tcp>},
    {"other", Need::optional, read_strictness<&Specification::unlisted_other>},
    {"cite", Need::optional,
     [](Reader& reader, const Value& value, Draft& draft) { read_cite(reader, value, draft, draft.spec.unlisted_citation); }},
};

void read_unlisted(Reader& reader, const Value& value, Draft& draft) { read_object<Draft>(reader, value, kUnlistedKeys, draft); }

constexpr KeyRule<Role> kRoleKeys[] = {{"title", Need::optional, read_text<&Role::title>}};

void read_roles(Reader& reader, const Value& value, Draft& draft) {
  reader.each_member(value, [&](const JsonNode::Key& key, const Value& member) {
    if (!is_role_name(key.text)) {
      reader.error_at(key.at, value.path, quoted(key.text) + " is not a role: letters, digits, '.', '-' and '_' only", DiagnosticId::json_schema);
    }
    Role role;
    role.is_name = key.text.find('.') != std::string::npos;
    read_object<Role>(reader, member, kRoleKeys, role);
    draft.spec.roles[key.text] = std::move(role);
  });
}

// ---- rows ---------------------------------------------------------------------------------------------------------

std::vector<std::string> role_names(const Specification& spec) {
  std::vector<std::string> names;
  for (const auto& [name, role] : spec.roles) names.push_back(name);
  return names;
}

template <auto Member>
void read_role_list(Reader& reader, const Value& value, RowDraft& draft) {
  std::set<std::string> seen;
  reader.each_item_or_self(value, [&](const Value& item) {
    const auto name = reader.text(item);
    if (!name) return;
    const Specification& spec = draft.whole.spec;
    if (!seen.insert(*name).second) reader.error(item, "the role " + quoted(*name) + " is named twice");
    else if (spec.roles.contains(*name)) (draft.row.*Member).push_back(*name);
    else reader.unknown_word(item, "a role that \"roles\" defines", role_names(spec), DiagnosticId::role_unknown);
  });
}

void read_row_id(Reader& reader, const Value& value, RowDraft& draft) {
  const auto id = reader.text(value);
  if (!id) return;
  if (!is_id(*id)) reader.error(value, quoted(*id) + " is not an id: no white space and no '/'");
  else if (!draft.whole.row_ids.insert(*id).second) reader.error(value, "the id " + quoted(*id) + " is used by an earlier row");
  draft.row.id = *id;
}

void read_protocol(Reader& reader, const Value& value, RowDraft& draft) {
  if (value.node->kind != JsonNode::Kind::number && !reader.expect(value, JsonNode::Kind::string)) return;
  const auto number = parse_protocol(value.node->text);
  if (!number) return reader.unknown_word(value, "a protocol (a name such as tcp, or a number from 0 to 255)", protocol_names(), DiagnosticId::value_unknown);
  draft.row.protocol = value.node->text;
  draft.row.protocol_number = *number;
}

IntervalSet read_port_set(Reader& reader, const Value& value, std::vector<std::string>* texts) {
  std::vector<model::Interval> intervals;
  reader.each_item_or_self(value, [&](const Value& item) {
    if (item.node->kind != JsonNode::Kind::number && !reader.expect(item, JsonNode::Kind::string)) return;
    const auto range = parse_port_range(item.node->text);
    if (!range) {
      return reader.error(item, "cannot read " + quoted(item.node->text) + " as a port (8450) or a range of ports (1024-65535)", DiagnosticId::number_invalid);
    }
    intervals.push_back(*range);
    if (texts) texts->push_back(item.node->text);
  });
  return IntervalSet::from(std::move(intervals));
}

void read_ports(Reader& reader, const Value& value, RowDraft& draft) {
  draft.row.ports = read_port_set(reader, value, &draft.row.port_texts);
}

void read_src_ports(Reader& reader, const Value& value, RowDraft& draft) {
  draft.row.src_ports = read_port_set(reader, value, nullptr);
}

template <auto Member>
void read_row_text(Reader& reader, const Value& value, RowDraft& draft) {
  read_text<Member>(reader, value, draft.row);
}

constexpr KeyRule<RowDraft> kRowKeys[] = {
    {"id", Need::required, read_row_id},
    {"from", Need::required, read_role_list<&Row::from>},
    {"to", Need::required, read_role_list<&Row::to>},
    {"protocol", Need::optional, read_protocol},
    {"ports", Need::optional, read_ports},
    {"src_ports", Need::optional, read_src_ports},
    {"optional", Need::optional,
     [](Reader& reader, const Value& value, RowDraft& draft) { read_boolean<&Row::optional>(reader, value, draft.row); }},
    {"program", Need::optional, read_row_text<&Row::program>},
    {"service", Need::optional, read_row_text<&Row::service>},
    {"description", Need::optional, read_row_text<&Row::description>},
    {"reading", Need::optional, read_row_text<&Row::reading>},
    {"cite", Need::optional,
     [](Reader& reader, const Value& value, RowDraft& draft) { read_cite(reader, value, draft.whole, draft.row.citation); }},
};

// Ports belong to protocols that have them, and there they must be said.
void check_ports(Reader& reader, const Value& value, Row& row) {
  const bool has_ports = model::has_ports(row.protocol_number);
  const bool names_ports = find_key(*value.node, "ports") || find_key(*value.node, "src_ports");
  if (!has_ports && names_ports) reader.error(value, "the protocol " + quoted(row.protocol) + " has no ports");
  if (has_ports && !find_key(*value.node, "ports")) reader.error(value, "the key \"ports\" is missing (\"0-65535\" for every port)");
  if (has_ports && row.src_ports.empty()) row.src_ports = IntervalSet::range(1024, 65535);
}

void read_rows(Reader& reader, const Value& value, Draft& draft) {
  reader.each_item(value, [&](const Value& item) {
    RowDraft row{{}, draft};
    row.row.citation = draft.spec.document;
    const size_t errors = reader.errors();
    read_object<RowDraft>(reader, item, kRowKeys, row);
    if (reader.errors() == errors) check_ports(reader, item, row.row);
    draft.spec.rows.push_back(std::move(row.row));
  });
}

// ---- constraints, whole -------------------------------------------------------------------------------------------

constexpr KeyRule<ConstraintDraft> kConstraintKeys[] = {
    {"kind", Need::required,
     [](Reader& reader, const Value& value, ConstraintDraft& draft) {
       if (const auto kind = reader.one_of(value, "a kind of constraint", kConstraintKinds)) draft.constraint.kind = *kind;
     }},
    {"cite", Need::optional,
     [](Reader& reader, const Value& value, ConstraintDraft& draft) { read_cite(reader, value, draft.whole, draft.constraint.citation); }},
};

void read_constraints(Reader& reader, const Value& value, Draft& draft) {
  if (!reader.expect(value, JsonNode::Kind::array) || value.node->items.empty()) return;
  reader.each_item(value, [&](const Value& item) {
    ConstraintDraft constraint{{"", draft.spec.document}, draft};
    read_object<ConstraintDraft>(reader, item, kConstraintKeys, constraint);
    draft.spec.constraints.push_back(std::move(constraint.constraint));
  });
}

void read_id(Reader& reader, const Value& value, Draft& draft) {
  const auto id = reader.text(value);
  if (!id) return;
  if (!is_role_name(*id)) reader.error(value, quoted(*id) + " is not an id: letters, digits, '.', '-' and '_' only");
  draft.spec.id = *id;
}

constexpr KeyRule<Draft> kSpecificationKeys[] = {
    {"$schema", Need::optional, nullptr},
    {"id", Need::required, read_id},
    {"title", Need::required, [](Reader& reader, const Value& value, Draft& draft) { read_text<&Specification::title>(reader, value, draft.spec); }},
    {"document", Need::optional, read_document},
    {"unlisted", Need::optional, read_unlisted},
    {"roles", Need::required, read_roles},
    {"rows", Need::required, read_rows},
    {"constraints", Need::optional, read_constraints},
};

void read_one(Reader& reader, const Value& value, LoadedSpecifications& loaded) {
  Draft draft;
  draft.spec.roles["ANY"] = {};
  const size_t errors = reader.errors();
  read_object<Draft>(reader, value, kSpecificationKeys, draft);
  const auto same_id = [&](const Specification& other) { return other.id == draft.spec.id; };
  if (reader.errors() == errors && std::any_of(loaded.specifications.begin(), loaded.specifications.end(), same_id))
    reader.error(value, "the id " + quoted(draft.spec.id) + " is used by an earlier specification");
  if (reader.errors() == errors && !reader.full()) loaded.specifications.push_back(std::move(draft.spec));
}

}  // namespace

LoadedSpecifications load_specifications(const model::Sources& sources, uint32_t file) {
  LoadedSpecifications loaded;
  const auto root = read_json(sources, file, loaded.diagnostics);
  if (!root || !loaded.diagnostics.empty()) return loaded;
  Reader reader(sources, file);
  const Value whole{&*root, ""};
  if (root->kind == JsonNode::Kind::array) reader.each_item(whole, [&](const Value& item) { read_one(reader, item, loaded); });
  else read_one(reader, whole, loaded);
  loaded.diagnostics = reader.take_diagnostics();
  return loaded;
}

KeysByObject specification_keys() {
  return {{"specification", key_names(kSpecificationKeys)}, {"document", key_names(kDocumentKeys)}, {"cite", key_names(kCiteKeys)},
          {"unlisted", key_names(kUnlistedKeys)},           {"role", key_names(kRoleKeys)},         {"row", key_names(kRowKeys)},
          {"constraint", key_names(kConstraintKeys)}};
}

}  // namespace fwproof::specs
