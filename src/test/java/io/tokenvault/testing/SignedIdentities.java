package io.tokenvault.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Signs identities as an identity provider does, or the API server of a Kubernetes cluster (RFC 7515, RS256). */
public final class SignedIdentities {
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private final KeyPair keys;

    public SignedIdentities() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            keys = generator.generateKeyPair();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /** The public key in PEM, on one line with {@code \n} as JSON writes it. */
    public String publicKeyInJson() {
        return pemInJson("PUBLIC KEY", keys.getPublic().getEncoded());
    }

    /** An authority of the JVM's in PEM, likewise: OpenBao wants one named, also for an API server over plain http. */
    public static String anyAuthorityInJson() {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init((KeyStore) null);
            X509TrustManager manager = (X509TrustManager) trust.getTrustManagers()[0];
            return pemInJson("CERTIFICATE", manager.getAcceptedIssuers()[0].getEncoded());
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static String pemInJson(String label, byte[] content) {
        String text = Base64.getMimeEncoder(64, "\n".getBytes(UTF_8)).encodeToString(content);
        return ("-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----".formatted(label, text)).replace("\n", "\\n");
    }

    /** The identity of the service, good for an hour after {@code issued}. */
    public String identity(String subject, String audience, Instant issued) {
        return signed("""
                {"iss":"https://issuer.example","sub":"%s","aud":["%s"],"iat":%d,"nbf":%d,"exp":%d}""".formatted(
                        subject,
                        audience,
                        issued.getEpochSecond(),
                        issued.getEpochSecond(),
                        issued.plusSeconds(3600).getEpochSecond()));
    }

    /** The token of the service account {@code token-vault} in the namespace {@code token-vault}. */
    public String serviceAccount(Instant issued) {
        return signed("""
                {"iss":"https://kubernetes.default.svc","sub":"system:serviceaccount:token-vault:token-vault",
                "aud":["openbao"],"iat":%d,"nbf":%d,"exp":%d,"kubernetes.io":{"namespace":"token-vault",
                "serviceaccount":{"name":"token-vault","uid":"b3a1c8f0-0000-4000-8000-000000000001"}}}""".formatted(
                        issued.getEpochSecond(),
                        issued.getEpochSecond(),
                        issued.plusSeconds(3600).getEpochSecond()));
    }

    private String signed(String claims) {
        try {
            String text = BASE64URL.encodeToString("{\"alg\":\"RS256\",\"typ\":\"JWT\"}".getBytes(UTF_8)) + "."
                    + BASE64URL.encodeToString(claims.getBytes(UTF_8));
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(keys.getPrivate());
            signature.update(text.getBytes(UTF_8));
            return text + "." + BASE64URL.encodeToString(signature.sign());
        } catch (GeneralSecurityException unusable) {
            throw new IllegalStateException(unusable);
        }
    }
}
