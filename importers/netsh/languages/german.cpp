// Sources: two printed outputs of German Windows 8.1 and 10 with "Richtung: Aus" and "Eingehend" and the value column at 42 (a blog on
// Vagrant and NFS; the tests of a DayZ server manager, both on GitHub, verbose); a rule importer for German CSV exports (GitHub) for the
// words of Aktion and Edgeausnahme; profile output "Status EIN" with "Domänenprofil-Einstellungen" from the tests of a security scanner
// that names a German Windows 11 as its origin.
// Words marked as presumed were in none of these outputs; labels beyond those named are presumed too, and an unknown one only makes its
// rule unknown.
#include "importers/netsh/language.h"

namespace fwproof::importers::netsh::languages_table {
namespace {

constexpr std::string_view kCodePages[] = {"CP850", "CP1252", "CP437"};
constexpr LabelRow kLabels[] = {
    {Key::name, "Regelname"}, {Key::description, "Beschreibung"}, {Key::enable, "Aktiviert"}, {Key::direction, "Richtung"},
    {Key::profile, "Profile"}, {Key::group, "Gruppierung"}, {Key::local_ip, "Lokales IP"}, {Key::local_ip, "Lokale IP"},
    {Key::local_ip, "LokaleIP"}, {Key::remote_ip, "Remote-IP"}, {Key::protocol, "Protokoll"}, {Key::local_port, "Lokaler Port"},
    {Key::local_port, "LokalerPort"}, {Key::remote_port, "Remoteport"}, {Key::remote_port, "Remote-Port"}, {Key::edge, "Edgeausnahme"},
    {Key::program, "Programm"}, {Key::service, "Dienst"}, {Key::interface_type, "Schnittstellentypen"},
    {Key::computer_group, "Remotecomputergruppe"}, {Key::user_group, "Remotebenutzergruppe"}, {Key::security, "Sicherheit"},
    {Key::source, "Regelquelle"}, {Key::action, "Aktion"},
};
constexpr WordRow kWords[] = {
    {WordKind::yes_no, "Ja", "yes"}, {WordKind::yes_no, "Nein", "no"},
    {WordKind::direction, "Eingehend", "in"}, {WordKind::direction, "Ein", "in", true}, {WordKind::direction, "Aus", "out"},
    {WordKind::direction, "Ausgehend", "out", true},
    {WordKind::profile, "Domäne", "domain"}, {WordKind::profile, "Privat", "private"}, {WordKind::profile, "Öffentlich", "public"},
    {WordKind::action, "Zulassen", "allow"}, {WordKind::action, "Blockieren", "block"}, {WordKind::action, "Blocken", "block", true},
    {WordKind::action, "Umgehen", "bypass", true},
    {WordKind::any, "Beliebig", "any"},
    {WordKind::on_off, "EIN", "on"}, {WordKind::on_off, "AUS", "off", true},
    {WordKind::security, "Nicht erforderlich", "notrequired"}, {WordKind::interface_type, "Drahtlos", "wireless"},
};
constexpr HeadingRow kHeadings[] = {
    {HeadingKind::domain_profile, "Domänenprofil-Einstellungen"}, {HeadingKind::private_profile, "Privates Profil-Einstellungen"},
    {HeadingKind::public_profile, "Öffentliches Profil-Einstellungen"}, {HeadingKind::end, "OK."},
    {HeadingKind::no_rules, "Es stimmen keine Regeln mit den angegebenen Kriterien überein."},
};
constexpr SettingRow kSettings[] = {
    {SettingKind::state, "Status"}, {SettingKind::policy, "Firewallrichtlinie"}, {SettingKind::policy, "Firewall-Richtlinie"},
    {SettingKind::other, "Protokollierung"}, {SettingKind::other, "Dateiname"},
};

}  // namespace

const Language german = {"German", kCodePages, kLabels, kWords, kHeadings, kSettings};

}  // namespace fwproof::importers::netsh::languages_table
