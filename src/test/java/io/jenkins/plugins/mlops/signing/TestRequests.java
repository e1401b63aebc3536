package io.jenkins.plugins.mlops.signing;

import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoreRequest;
import java.util.Map;
import java.util.TreeMap;

/** What an agent, a hostile one too, may ask for. */
public final class TestRequests {

    private TestRequests() {}

    public static SigningRequest request(
            String method, String location, Map<String, String> query, Map<String, String> headers) {
        return SigningRequest.of(
                1, new StoreRequest(method, S3Uri.parse(location), new TreeMap<>(query), new TreeMap<>(headers)));
    }

    public static SigningRequest number(int number) {
        return SigningRequest.of(1, number);
    }
}
