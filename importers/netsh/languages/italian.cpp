// Sources: a Kotlin web server on GitHub that parses the listing of an Italian Windows label by label (Nome regola, Attivata, Direzione "In",
// Azione "Blocca", Attraversamento confini, LocalIP to RemotePort untranslated); Microsoft's Italian help of the snap-in for the words of
// action and profile.
#include "importers/netsh/language.h"

namespace fwproof::importers::netsh::languages_table {
namespace {

constexpr std::string_view kCodePages[] = {"CP850", "CP1252"};
constexpr LabelRow kLabels[] = {
    {Key::name, "Nome regola"}, {Key::description, "Descrizione"}, {Key::enable, "Attivata"}, {Key::direction, "Direzione"},
    {Key::profile, "Profili"}, {Key::group, "Raggruppamento"}, {Key::protocol, "Protocollo"},
    {Key::edge, "Attraversamento confini"}, {Key::program, "Programma"}, {Key::service, "Servizio"},
    {Key::interface_type, "Tipi di interfaccia"}, {Key::security, "Sicurezza"}, {Key::source, "Origine regola"}, {Key::action, "Azione"},
};
constexpr WordRow kWords[] = {
    {WordKind::yes_no, "Sì", "yes"}, {WordKind::yes_no, "No", "no"}, {WordKind::direction, "In", "in"}, {WordKind::direction, "Out", "out"},
    {WordKind::profile, "Dominio", "domain"}, {WordKind::profile, "Privato", "private"}, {WordKind::profile, "Pubblico", "public"},
    {WordKind::action, "Consenti", "allow"}, {WordKind::action, "Blocca", "block"}, {WordKind::any, "Qualsiasi", "any"},
};
constexpr HeadingRow kHeadings[] = {{HeadingKind::end, "OK."}};

}  // namespace

const Language italian = {"Italian", kCodePages, kLabels, kWords, kHeadings, {}};

}  // namespace fwproof::importers::netsh::languages_table
