package io.jenkins.plugins.mlops.core.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.http.Exchange;
import io.jenkins.plugins.mlops.core.image.RegistryCredentials.Login;
import io.jenkins.plugins.mlops.core.image.RegistrySettings.Place;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import okhttp3.Challenge;
import okhttp3.Credentials;
import okhttp3.FormBody;
import okhttp3.HttpUrl;
import okhttp3.Request;

/**
 * Answers a registry's challenge: Basic with user and password, Bearer with a token from the service that the challenge names
 * (distribution.github.io/distribution/spec/auth/token). A registry's credentials go to that registry and to a token service of the
 * same registrable domain, or one that the settings name, and over TLS unless that host may be spoken to in clear. Thread-safe.
 */
final class RegistryAuthorization {

    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]+");
    private static final int MAX_ANSWER = 1024 * 1024;
    private static final String CLIENT = "mlops";

    private final RegistrySettings settings;
    private final Calls calls;
    private final Map<Place, String> headers = new ConcurrentHashMap<>();
    private final Map<String, Optional<Login>> logins = new ConcurrentHashMap<>();

    /** Makes a request and closes its answer. */
    interface Calls {
        <T> T make(Request request, Exchange.Reading<T> reading) throws IOException;
    }

    RegistryAuthorization(RegistrySettings settings, Calls calls) {
        this.settings = settings;
        this.calls = calls;
    }

    /** The header that was right last, or null. */
    String known(Place place) {
        return headers.get(place);
    }

    /**
     * The Authorization header that the challenges ask for.
     *
     * @param used the header that was not enough, or null
     * @return empty when there is nothing else to try
     */
    Optional<String> answer(Place place, HttpUrl asked, List<Challenge> challenges, String used) throws IOException {
        Optional<Login> login = logins.computeIfAbsent(place.name(), settings.credentials()::of);
        for (Challenge challenge : challenges) {
            Optional<String> header = Optional.empty();
            if (challenge.scheme().equalsIgnoreCase("Bearer")) {
                header = Optional.of("Bearer " + token(place, asked, challenge, login.orElse(null)));
            } else if (challenge.scheme().equalsIgnoreCase("Basic")) {
                header = login.filter(known -> known.identityToken() == null).map(RegistryAuthorization::basic);
            }
            if (header.isPresent() && !header.get().equals(used)) {
                headers.put(place, header.get());
                return header;
            }
        }
        return Optional.empty();
    }

    private static String basic(Login login) {
        return Credentials.basic(login.username(), login.password(), StandardCharsets.UTF_8);
    }

    private String token(Place place, HttpUrl asked, Challenge challenge, Login login) throws IOException {
        HttpUrl realm = realm(place, asked, challenge.authParams().get("realm"), login != null);
        String service = challenge.authParams().get("service");
        String scope = challenge.authParams().getOrDefault("scope", "repository:" + place.repository() + ":pull");
        Request request = login != null && login.identityToken() != null
                ? refresh(realm, service, scope, login)
                : ask(realm, service, scope, login);
        return calls.make(request, response -> {
            if (response.code() == 400 || response.code() == 401 || response.code() == 403) {
                throw MlopsException.refused("The token service " + realm.host() + " of the registry " + place.host()
                        + " refused " + (login == null ? "to let anybody in without a login" : "the login")
                        + ": check the name of the image, and log in (again)");
            }
            byte[] body = response.body().byteStream().readNBytes(MAX_ANSWER);
            String token = response.isSuccessful() ? token(body) : "";
            if (!TOKEN.matcher(token).matches()) {
                throw MlopsException.failed("The token service " + realm.host() + " of the registry " + place.host()
                        + " answered HTTP " + response.code() + " without a token");
            }
            return token;
        });
    }

    private static String token(byte[] body) {
        try {
            JsonNode answer = Documents.json().readTree(body);
            return answer.path("token").asText(answer.path("access_token").asText(""));
        } catch (IOException e) {
            return "";
        }
    }

    private static Request ask(HttpUrl realm, String service, String scope, Login login) {
        HttpUrl.Builder url = realm.newBuilder().addQueryParameter("scope", scope);
        if (service != null) {
            url.addQueryParameter("service", service);
        }
        Request.Builder request = new Request.Builder().url(url.build());
        if (login != null) {
            request.header("Authorization", basic(login));
        }
        return request.build();
    }

    private static Request refresh(HttpUrl realm, String service, String scope, Login login) {
        FormBody.Builder form = new FormBody.Builder(StandardCharsets.UTF_8)
                .add("grant_type", "refresh_token")
                .add("client_id", CLIENT)
                .add("scope", scope)
                .add("refresh_token", login.identityToken());
        if (service != null) {
            form.add("service", service);
        }
        return new Request.Builder().url(realm).post(form.build()).build();
    }

    private HttpUrl realm(Place place, HttpUrl asked, String realm, boolean withLogin) {
        HttpUrl url = realm == null ? null : HttpUrl.parse(realm);
        if (url == null) {
            throw MlopsException.failed(
                    "The registry " + place.host() + " asks for a token and names no service for it");
        }
        if (!url.isHttps() && !settings.mayBePlain(hostAndPort(url))) {
            throw MlopsException.refused("The registry " + place.host() + " asks for a token from " + url.host()
                    + " over plain HTTP, where it could be read on the way: let it name an https address");
        }
        if (withLogin && !sameSite(asked, url) && !settings.tokenHosts().contains(url.host())) {
            throw MlopsException.refused("The registry " + place.host() + " wants its credentials sent to " + url.host()
                    + ", which is not of its domain: if that is right, allow it (for the mlops command by"
                    + " MLOPS_REGISTRY_TOKEN_HOSTS)");
        }
        return url;
    }

    private static boolean sameSite(HttpUrl registry, HttpUrl service) {
        String domain = registry.topPrivateDomain();
        return registry.host().equals(service.host()) || domain != null && domain.equals(service.topPrivateDomain());
    }

    private static String hostAndPort(HttpUrl url) {
        String host = url.host().contains(":") ? "[" + url.host() + "]" : url.host();
        return url.port() == HttpUrl.defaultPort(url.scheme()) ? host : host + ":" + url.port();
    }
}
