//! The style sheet: its layers, and what it shows at which width.

use serde_json::{Value, json};

use crate::chromium::{Screen, on_screen};
use crate::shared::World;

/// Compares how each element looks with the style sheet as it is, and with all of its layers taken away. What differs is
/// a rule that wins only because its layer is later, against the more specific rule of an earlier layer.
const COMPARED: &str = "
    const link = [...document.styleSheets].find((sheet) => sheet.href?.includes('/static/'));
    const flat = (rules) => [...rules].map((rule) => {
        if (rule instanceof CSSLayerStatementRule) return '';
        return rule instanceof CSSLayerBlockRule ? flat(rule.cssRules) : rule.cssText;
    }).join('\\n');
    const sheet = (text) => { const made = new CSSStyleSheet(); made.replaceSync(text); return made; };
    const still = sheet('*, ::before, ::after { transition: none !important; animation: none !important }');
    const plain = sheet(flat(link.cssRules));
    const name = (e) => e.localName + [...e.classList].map((word) => '.' + word).join('');
    const looks = () => [...document.body.querySelectorAll('*')].flatMap((e) => ['', '::before', '::after'].map((part) => {
        const style = getComputedStyle(e, part);
        if (style.display === 'none' || (part && style.content === 'none')) return { who: '', values: [['display', style.display]] };
        const values = [...style].map((property) => [property, style.getPropertyValue(property)]);
        return { who: `${name(e.parentElement)} > ${name(e)}${part}`, values };
    }));
    document.adoptedStyleSheets = [still];
    const layered = looks();
    link.disabled = true;
    document.adoptedStyleSheets = [plain, still];
    const unlayered = looks();
    link.disabled = false;
    document.adoptedStyleSheets = [];
    const differences = layered.flatMap(({ who, values }, at) => values.flatMap(([property, value], nth) => {
        const other = unlayered[at].values[nth]?.[1];
        return value === other ? [] : [`${who} { ${property}: ${value} }, but ${other} without layers`];
    }));
    return [...new Set(differences)].slice(0, 20);
";

async fn layers_agree(screen: &Screen, path: &str) {
    screen.opens(path).await;
    let differences = screen.runs(COMPARED).await;
    assert_eq!(differences, json!([]), "at {path}");
}

/// No rule of a later layer overrides a more specific one of an earlier layer: whoever writes a rule can rely on
/// specificity alone.
#[actix_web::test]
async fn no_layer_overrides_a_more_specific_rule_of_another() {
    let world = World::new().await;
    world.account("ada").await;
    world.organization("Nordlys", &[("ada", "owner")]);
    world.ignores_emails();
    on_screen(&world, async |screen| {
        layers_agree(screen, "/sign-in").await;
        screen.signs_in("ada").await;
        for path in ["/dashboard", "/nordlys/members", "/account", "/help/inviting-a-new-member", "/dev/kit"] {
            layers_agree(screen, path).await;
        }
        layers_agree(screen.is_narrow().await, "/nordlys/members").await;
    })
    .await;
}

/// On a wide screen the topics of the help stand beside the topic that is read.
#[actix_web::test]
async fn the_help_lists_its_topics_on_wide_screens() {
    let world = World::new().await;
    on_screen(&world, async |screen| {
        screen.is_wide(1280).await.opens("/help/inviting-a-new-member").await;
        let shown =
            "return document.querySelector('.manual-side a[href=\"/help/passkeys\"]')?.checkVisibility() ?? false";
        assert_eq!(screen.runs(shown).await, Value::Bool(true));
    })
    .await;
}
