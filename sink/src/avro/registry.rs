//! Asks a schema registry over HTTP. Blocking, and bounded: each question is answered or given up within seconds.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use model::address::segment;
use serde::Deserialize;
use ureq::{
    Agent,
    http::{Response, StatusCode, header},
    tls::{Certificate, RootCerts, TlsConfig},
};

use super::{Id, schema::Schema};
use crate::{
    connector::config::{Address, SchemaRegistry},
    graph::{Error, Trouble},
    kind::decode::Fault,
};

/// How long an address has to answer a question. A task that is stopped waits for the one that is under way.
const PATIENCE: Duration = Duration::from_secs(4);
/// Bytes of an answer. Schemas of some thousand fields have a tenth of it.
const ANSWER_BYTES: u64 = 4 << 20;
/// Schemas that one schema refers to, directly or not. More are a registry that never ends.
const REFERENCES: usize = 100;
/// What a registry calls a schema, a subject and a version that it does not have. A 404 without such a code comes from
/// something else, which knows nothing of schemas.
const NOT_FOUND: [i64; 3] = [40_401, 40_402, 40_403];
const ATTEMPT: &str = "asking the schema registry";

/// A registry, at one address or several.
#[derive(Debug)]
pub(super) struct Registry {
    agent: Agent,
    addresses: Vec<Address>,
    /// Which of them answered last, and is asked first.
    first: AtomicUsize,
}

/// A schema as a registry tells it.
#[derive(Deserialize)]
struct Told {
    schema: String,
    #[serde(rename = "schemaType")]
    kind: Option<String>,
    #[serde(default)]
    references: Option<Vec<Reference>>,
}

/// Another schema that one refers to.
#[derive(Clone, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Reference {
    subject: String,
    version: i64,
}

impl Registry {
    pub(super) fn new(registry: &SchemaRegistry) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A registry answers itself; who redirects is something before it, and would get what it should not.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .user_agent("sluice")
            .accept("application/vnd.schemaregistry.v1+json, application/json");
        let is_secure = registry.addresses.iter().any(|address| address.url.starts_with("https:"));
        let config = if is_secure { config.tls_config(tls()) } else { config };
        let (agent, addresses) = (config.build().into(), registry.addresses.clone());
        Self { agent, addresses, first: AtomicUsize::new(0) }
    }

    /// The schema of an id; or what is wrong with it, which is the fault of the records that name it: `schema_unknown`,
    /// `schema_unusable`.
    ///
    /// # Errors
    /// No address gives an answer, or none that a registry would give.
    pub(super) fn schema(&self, id: Id) -> Result<Result<Schema, Fault>, Error> {
        let Some(told) = self.ask(&format!("/schemas/ids/{id}"))? else {
            let message = format!("the schema registry has no schema of id {id}");
            return Ok(Err(Fault::new("schema_unknown", message)));
        };
        let unusable =
            |why: String| Ok(Err(Fault::new("schema_unusable", format!("schema {id} can't be used: {why}"))));
        let (mut texts, mut asked) = (Vec::new(), BTreeSet::new());
        let mut open = match references(&told, "it") {
            Ok(references) => references,
            Err(why) => return unusable(why),
        };
        while let Some(reference) = open.pop() {
            if !asked.insert(reference.clone()) {
                continue;
            }
            let Reference { subject, version } = reference;
            if asked.len() > REFERENCES {
                return unusable(format!("it refers to more than {REFERENCES} others"));
            }
            let path = format!("/subjects/{}/versions/{version}?deleted=true", segment(&subject));
            let Some(other) = self.ask(&path)? else {
                return unusable(format!(
                    "it refers to version {version} of {subject}, which the registry does not have"
                ));
            };
            match references(&other, &subject) {
                Ok(references) => open.extend(references),
                Err(why) => return unusable(why),
            }
            texts.push(other.schema);
        }
        Schema::parse(&told.schema, &texts).map_or_else(unusable, |schema| Ok(Ok(schema)))
    }

    /// What the first address says that answers; none: there is no such thing.
    fn ask(&self, path: &str) -> Result<Option<Told>, Error> {
        let (count, first) = (self.addresses.len(), self.first.load(Ordering::Relaxed));
        let (mut denied, mut sentences) = (false, Vec::new());
        for at in (first..first + count).map(|at| at % count) {
            match self.ask_one(&self.addresses[at], path) {
                Ok(told) => {
                    self.first.store(at, Ordering::Relaxed);
                    return Ok(told);
                }
                Err(error) => {
                    denied |= error.trouble == Trouble::Denied;
                    sentences.push(error.message);
                }
            }
        }
        let trouble = if denied { Trouble::Denied } else { Trouble::Passing };
        Err(Error::new(ATTEMPT, trouble, sentences.join("; ")))
    }

    fn ask_one(&self, address: &Address, path: &str) -> Result<Option<Told>, Error> {
        let url = format!("{}{path}", address.url);
        let failed = |trouble, why: String| Error::new(ATTEMPT, trouble, format!("{url}: {why}"));
        let mut request = self.agent.get(&url);
        if let Some(user) = &address.user {
            request = request.header(header::AUTHORIZATION, user.authorization());
        }
        let answer = request.call().and_then(|mut answer| {
            let text = answer.body_mut().with_config().limit(ANSWER_BYTES).read_to_string()?;
            Ok(Response::from_parts(answer.into_parts().0, text))
        });
        let answer = answer.map_err(|error| failed(Trouble::Passing, error.to_string()))?;
        match answer.status() {
            // Whatever else it says stays there: an error must not tell what some other server told us.
            StatusCode::OK => serde_json::from_str(answer.body())
                .map(Some)
                .map_err(|_| failed(Trouble::Passing, "the answer is none of a schema registry".to_owned())),
            StatusCode::NOT_FOUND if is_not_found(answer.body()) => Ok(None),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(failed(Trouble::Denied, format!("refused with status {}", answer.status().as_u16())))
            }
            status => Err(failed(Trouble::Passing, format!("answered with status {}", status.as_u16()))),
        }
    }
}

/// What a schema refers to; a sentence if it is none in Avro.
fn references(told: &Told, what: &str) -> Result<Vec<Reference>, String> {
    match told.kind.as_deref() {
        None | Some("AVRO") => Ok(told.references.clone().unwrap_or_default()),
        Some(other) => Err(format!("{what} is of type {other}, and not AVRO")),
    }
}

fn is_not_found(body: &str) -> bool {
    #[derive(Deserialize)]
    struct Refusal {
        error_code: i64,
    }
    serde_json::from_str::<Refusal>(body).is_ok_and(|refusal| NOT_FOUND.contains(&refusal.error_code))
}

/// The TLS that the connection to Neo4j has too, with the certificates that the system trusts, or those of the file that
/// `SSL_CERT_FILE` names.
fn tls() -> TlsConfig {
    let trusted = rustls_native_certs::load_native_certs().certs;
    let trusted = trusted.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
    TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::Specific(Arc::new(trusted)))
        .build()
}

#[cfg(test)]
mod tests;
