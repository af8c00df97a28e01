package io.tokenvault.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** The secrets of a {@link KeyVault} and the rules of the documented service about them. */
final class KeyVaultSecrets {
    /** An answer: a status and a body, empty for none. */
    record Answer(int status, JsonNode body) {
        static Answer refusal(int status, String code, String inner) {
            ObjectNode error = JsonNodeFactory.instance.objectNode();
            error.put("code", code).put("message", "refused for a reason in the documentation");
            if (!inner.isEmpty()) {
                error.putObject("innererror").put("code", inner);
            }
            return new Answer(status, JsonNodeFactory.instance.objectNode().set("error", error));
        }
    }

    private static final int VALUE_BYTES = 25 * 1024;
    private static final int TAGS = 15;
    private static final int PAGE = 25;
    /** How long a deletion and its recovery take; of the service it is known to be seconds. */
    private static final Duration PENDING = Duration.ofMillis(150);

    private enum State {
        LIVE,
        DELETED,
        RECOVERED
    }

    private static final class Secret {
        private final Map<String, ObjectNode> versions = new LinkedHashMap<>();
        private String latest = "";
        private State state = State.LIVE;
        private long since;

        private boolean isPending() {
            return state != State.LIVE && System.nanoTime() - since < PENDING.toNanos();
        }

        private void become(State next) {
            state = next;
            since = System.nanoTime();
        }

        private boolean isLive() {
            return state == State.LIVE || (state == State.RECOVERED && !isPending());
        }

        private boolean isDeleted() {
            return state == State.DELETED && !isPending();
        }

        /** What is answered to who wants the name while it cannot be had. */
        private Answer conflict() {
            return Answer.refusal(
                    409,
                    "Conflict",
                    state == State.RECOVERED
                            ? "ObjectIsBeingRecovered"
                            : isPending() ? "ObjectIsBeingDeleted" : "ObjectIsDeletedButRecoverable");
        }
    }

    private static final Answer ABSENT = Answer.refusal(404, "SecretNotFound", "");

    private final String vault;
    private final boolean purgeable;
    private final Map<String, Secret> secrets = new HashMap<>();

    KeyVaultSecrets(String vault, boolean purgeable) {
        this.vault = vault;
        this.purgeable = purgeable;
    }

    private static Answer bad() {
        return Answer.refusal(400, "BadParameter", "");
    }

    /** Names are the same in upper and lower case. */
    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private Secret known(String name) {
        return secrets.getOrDefault(key(name), new Secret());
    }

    synchronized Answer set(String name, JsonNode body) {
        JsonNode value = body.path("value");
        JsonNode tags = body.path("tags");
        boolean valid = name.matches("[0-9A-Za-z-]{1,127}")
                && value.isTextual()
                && value.textValue().getBytes(StandardCharsets.UTF_8).length <= VALUE_BYTES
                && body.path("contentType").asText("").length() <= 255
                && tags.size() <= TAGS
                && tags.properties().stream()
                        .allMatch(tag -> tag.getKey().length() <= 256
                                && tag.getValue().asText().length() <= 256);
        if (!valid) {
            return bad();
        }
        Secret secret = secrets.computeIfAbsent(key(name), _ -> new Secret());
        if (!secret.isLive()) {
            return secret.conflict();
        }
        String version = UUID.randomUUID().toString().replace("-", "");
        ObjectNode bundle = JsonNodeFactory.instance.objectNode();
        bundle.put("value", value.textValue());
        bundle.put("id", vault + "/secrets/" + name + "/" + version);
        if (body.has("contentType")) {
            bundle.set("contentType", body.get("contentType"));
        }
        long now = Instant.now().getEpochSecond();
        bundle.putObject("attributes")
                .put("enabled", body.at("/attributes/enabled").asBoolean(true))
                .put("created", now)
                .put("updated", now)
                .put("recoveryLevel", purgeable ? "Recoverable+Purgeable" : "Recoverable");
        if (tags.isObject()) {
            bundle.set("tags", tags);
        }
        secret.versions.put(version, bundle);
        secret.latest = version;
        return new Answer(200, bundle);
    }

    synchronized Answer get(String name, String version) {
        Secret secret = known(name);
        ObjectNode found = secret.versions.get(version.isEmpty() ? secret.latest : version);
        if (found == null || !secret.isLive()) {
            return ABSENT;
        }
        return found.at("/attributes/enabled").asBoolean()
                ? new Answer(200, found)
                : Answer.refusal(403, "Forbidden", "SecretDisabled");
    }

    /** Pages of the versions, in the order of their ids, which says nothing of their age. */
    synchronized Answer versions(String name, int from, String next) {
        Secret secret = known(name);
        if (secret.versions.isEmpty() || !secret.isLive()) {
            return ABSENT;
        }
        List<ObjectNode> ordered = secret.versions.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(Comparator.naturalOrder()))
                .map(Map.Entry::getValue)
                .toList();
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        ArrayNode items = page.putArray("value");
        ordered.stream()
                .skip(from)
                .limit(PAGE)
                .map(KeyVaultSecrets::withoutValue)
                .forEach(items::add);
        if (from + PAGE < ordered.size()) {
            page.put("nextLink", next + (from + PAGE));
        } else {
            page.putNull("nextLink");
        }
        return new Answer(200, page);
    }

    synchronized Answer delete(String name) {
        Secret secret = known(name);
        if (secret.isLive() && !secret.versions.isEmpty()) {
            secret.become(State.DELETED);
            return new Answer(200, deletedBundle(name, secret));
        }
        return secret.isPending() ? secret.conflict() : ABSENT;
    }

    synchronized Answer deleted(String name) {
        Secret secret = known(name);
        return secret.isDeleted() ? new Answer(200, deletedBundle(name, secret)) : ABSENT;
    }

    synchronized Answer recover(String name) {
        Secret secret = known(name);
        if (!secret.isDeleted()) {
            return secret.isPending() ? secret.conflict() : ABSENT;
        }
        secret.become(State.RECOVERED);
        return new Answer(200, withoutValue(secret.versions.get(secret.latest)));
    }

    synchronized Answer purge(String name) {
        Secret secret = known(name);
        if (!secret.isDeleted()) {
            return secret.isPending() ? secret.conflict() : ABSENT;
        }
        if (!purgeable) {
            return Answer.refusal(403, "Forbidden", "ForbiddenByPolicy");
        }
        secrets.remove(key(name));
        return new Answer(204, JsonNodeFactory.instance.missingNode());
    }

    synchronized void disable(String name) {
        Secret secret = known(name);
        ((ObjectNode) secret.versions.get(secret.latest).get("attributes")).put("enabled", false);
    }

    synchronized int versionCount(String name) {
        return known(name).versions.size();
    }

    private ObjectNode deletedBundle(String name, Secret secret) {
        long now = Instant.now().getEpochSecond();
        return withoutValue(secret.versions.get(secret.latest))
                .put("recoveryId", vault + "/deletedsecrets/" + name)
                .put("deletedDate", now)
                .put("scheduledPurgeDate", now + Duration.ofDays(90).toSeconds());
    }

    private static ObjectNode withoutValue(ObjectNode bundle) {
        return bundle.deepCopy().without("value");
    }
}
