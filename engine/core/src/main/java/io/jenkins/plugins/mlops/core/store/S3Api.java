package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.minio.BaseS3Client;
import io.minio.Http;
import io.minio.Xml;
import io.minio.credentials.Provider;
import io.minio.credentials.StaticProvider;
import io.minio.errors.XmlParserException;
import io.minio.messages.LocationConstraint;
import okhttp3.OkHttpClient;

/**
 * The S3 operations of MinIO's client, on the HTTP client of this package. Its public client class is not used, since loading
 * that one needs the libraries of snowball uploads (snappy, commons-compress), which nothing here uses.
 */
final class S3Api extends BaseS3Client {

    static {
        keepJavasXmlParser();
    }

    private S3Api(Http.BaseUrl url, Provider provider, OkHttpClient client) {
        super(url, provider, client, false);
    }

    /**
     * MinIO's XML library keeps the parser that the first thread to need one finds by its context class loader. In a host of many
     * class loaders that is any parser, or one that cannot be loaded, and then no later answer could be read.
     */
    private static void keepJavasXmlParser() {
        Thread thread = Thread.currentThread();
        ClassLoader context = thread.getContextClassLoader();
        thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
        try {
            Xml.validate(LocationConstraint.class, "<LocationConstraint/>");
        } catch (XmlParserException e) {
            throw new IllegalStateException("every Java platform has an XML parser", e);
        } finally {
            thread.setContextClassLoader(context);
        }
    }

    /** @param signedElsewhere whether the client's requests get their signatures later, for which paths must begin with the bucket */
    static S3Api of(ObjectStoreSettings settings, boolean signedElsewhere, OkHttpClient client) {
        ObjectStoreSettings.Credentials keys = settings.credentials();
        try {
            Http.BaseUrl url = new Http.BaseUrl(settings.endpoint().toString());
            url.setRegion(settings.region());
            if (signedElsewhere) {
                url.disableVirtualStyleEndpoint();
            }
            return new S3Api(
                    url,
                    keys == null
                            ? null
                            : new StaticProvider(keys.accessKeyId(), keys.secretAccessKey(), keys.sessionToken()),
                    client);
        } catch (IllegalArgumentException e) {
            throw MlopsException.usage(
                    "The object store " + settings.endpoint() + " cannot be used: " + e.getMessage(), e);
        }
    }
}
