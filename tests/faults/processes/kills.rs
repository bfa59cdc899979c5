//! The process is killed, and told to stop, while people work and emails leave.

use std::sync::Arc;
use std::time::Duration;

use super::crowd::{Crowd, Done, People};
use super::ledger::{hurries, nothing_is_lost};
use super::site::Site;
use super::times;
use crate::shared::smtp::{MailServer, Manner};

/// Killed in the middle of everything: nothing that was answered is lost, and each kill repeats one email at most.
#[actix_web::test]
async fn loss_3_a_kill_loses_nothing_and_repeats_one_email_at_most() {
    let mail = MailServer::start(Manner::Takes).await;
    let mut site = Site::start(Some(mail.address)).await;
    let people = People::of(&site).await;
    let done = Arc::new(Done::default());
    let kills = times(3, 100);
    for kill in 0..kills {
        let crowd = Crowd::works(&people, &done);
        crowd.goes_on_for(6 + kill % 7).await;
        site.is_killed();
        crowd.ends().await;
        site.runs();
        hurries(&site);
    }
    let repeated = nothing_is_lost(&site, &mail, &done).await.0;
    println!(
        "{kills} kills: {}, none lost, none invented; {} emails, {repeated} of them repeated",
        done.told(),
        mail.taken().len()
    );
    assert!(repeated <= kills, "{repeated} emails were repeated in {kills} kills");
}

/// Told to stop in the middle of everything: nothing is cut, nothing is repeated, nothing panics.
#[actix_web::test]
async fn loss_3_a_stop_repeats_no_email() {
    let mail = MailServer::start(Manner::Takes).await;
    let mut site = Site::start(Some(mail.address)).await;
    let people = People::of(&site).await;
    let done = Arc::new(Done::default());
    let stops = times(2, 10);
    for _ in 0..stops {
        let crowd = Crowd::works(&people, &done);
        crowd.goes_on_for(8).await;
        site.is_told_to_stop();
        crowd.ends().await;
        site.has_stopped().await;
        site.runs();
        hurries(&site);
    }
    let repeated = nothing_is_lost(&site, &mail, &done).await.0;
    println!("{stops} stops: {}, {} emails, {repeated} repeated", done.told(), mail.taken().len());
    assert_eq!(repeated, 0, "an email was repeated");
}

/// Told to stop under load: the person who is connected is answered.
#[actix_web::test]
async fn loss_6_a_stop_cuts_no_request() {
    let mut site = Site::start(None).await;
    let stops = times(2, 10);
    let (mut answered, mut cut) = (0, Vec::new());
    for _ in 0..stops {
        let mut visitors = Vec::new();
        for number in 0..16 {
            // Half of them keep their connections.
            let http = reqwest::Client::builder().no_proxy().connect_timeout(Duration::from_secs(60));
            let http = if number % 2 == 0 { http.pool_max_idle_per_host(0) } else { http };
            let (http, address) = (http.build().unwrap(), format!("http://{}/sign-in", site.address));
            visitors.push(actix_web::rt::spawn(async move {
                let mut answered = 0;
                loop {
                    match http.get(&address).send().await {
                        Ok(answer) => match answer.bytes().await {
                            Ok(_) => answered += 1,
                            Err(error) => return (answered, Some(format!("{error:?}"))),
                        },
                        // Nobody is there any more.
                        Err(error) if error.is_connect() => return (answered, None),
                        Err(error) => return (answered, Some(format!("{error:?}"))),
                    }
                }
            }));
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        site.is_told_to_stop();
        for visitor in visitors {
            let (some, error) = visitor.await.unwrap();
            answered += some;
            cut.extend(error);
        }
        site.has_stopped().await;
        site.runs();
    }
    println!("{stops} stops under load: {answered} requests answered, {} cut", cut.len());
    assert!(cut.is_empty(), "{cut:?}");
}
