// Sources: output reproduced from a real collection (tests of an audit tool, GitHub; labels LocalIP, LocalPort and Profiles untranslated,
// Direction "Actif" for inbound, a blank before the colon); a second tool's tests with "Sens", "Profils", "IP locale" and a fullwidth
// colon; several `show allprofiles` and `show currentprofile` outputs in student reports on GitHub ("Paramètres Profil de domaine",
// "État … Actif", "Stratégie de pare-feu").
// Words marked as presumed were in none of these outputs; labels beyond those named are presumed too, and an unknown one only makes its
// rule unknown.
#include "importers/netsh/language.h"

namespace fwproof::importers::netsh::languages_table {
namespace {

constexpr std::string_view kCodePages[] = {"CP850", "CP1252", "CP863"};
constexpr LabelRow kLabels[] = {
    {Key::name, "Nom de la règle"}, {Key::name, "Nom de règle"}, {Key::description, "Description"}, {Key::enable, "Activé"},
    {Key::enable, "Activée"}, {Key::direction, "Direction"}, {Key::direction, "Sens"}, {Key::profile, "Profils"},
    {Key::profile, "Profiles"}, {Key::group, "Groupement"}, {Key::group, "Regroupement"}, {Key::local_ip, "IP locale"},
    {Key::local_ip, "Adresse IP locale"}, {Key::remote_ip, "IP distante"}, {Key::remote_ip, "Adresse IP distante"},
    {Key::protocol, "Protocole"}, {Key::local_port, "Port local"}, {Key::remote_port, "Port distant"},
    {Key::edge, "Traversée latérale"}, {Key::edge, "Traversée du périmètre"}, {Key::program, "Programme"}, {Key::service, "Service"},
    {Key::interface_type, "Types d'interface"}, {Key::interface_type, "Types d’interface"},
    {Key::computer_group, "Groupe d'ordinateurs distants"}, {Key::user_group, "Groupe d'utilisateurs distants"},
    {Key::security, "Sécurité"}, {Key::source, "Source de la règle"}, {Key::source, "Source de règle"}, {Key::action, "Action"},
};
constexpr WordRow kWords[] = {
    {WordKind::yes_no, "Oui", "yes"}, {WordKind::yes_no, "Non", "no"},
    {WordKind::direction, "Actif", "in"}, {WordKind::direction, "Entrée", "in", true}, {WordKind::direction, "Entrant", "in", true},
    {WordKind::direction, "Sortie", "out", true}, {WordKind::direction, "Sortant", "out", true},
    {WordKind::profile, "Domaine", "domain"}, {WordKind::profile, "Privé", "private"}, {WordKind::profile, "Public", "public"},
    {WordKind::action, "Autoriser", "allow"}, {WordKind::action, "Bloquer", "block"},
    {WordKind::any, "Tout", "any"}, {WordKind::any, "Tous", "any"}, {WordKind::any, "Toutes", "any"},
    {WordKind::on_off, "Actif", "on"}, {WordKind::on_off, "Activé", "on", true}, {WordKind::on_off, "Inactif", "off", true},
    {WordKind::on_off, "Désactivé", "off", true}, {WordKind::security, "Non requis", "notrequired"},
};
constexpr HeadingRow kHeadings[] = {
    {HeadingKind::domain_profile, "Paramètres Profil de domaine"}, {HeadingKind::private_profile, "Paramètres Profil privé"},
    {HeadingKind::public_profile, "Paramètres Profil public"}, {HeadingKind::end, "Ok."},
    {HeadingKind::no_rules, "Aucune règle ne correspond aux critères spécifiés."},
};
constexpr SettingRow kSettings[] = {
    {SettingKind::state, "État"}, {SettingKind::policy, "Stratégie de pare-feu"}, {SettingKind::other, "Journalisation"},
};

}  // namespace

const Language french = {"French", kCodePages, kLabels, kWords, kHeadings, kSettings};

}  // namespace fwproof::importers::netsh::languages_table
