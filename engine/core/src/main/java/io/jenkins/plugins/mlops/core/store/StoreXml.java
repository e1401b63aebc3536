package io.jenkins.plugins.mlops.core.store;

import io.minio.Xml;
import io.minio.errors.XmlParserException;
import io.minio.messages.LocationConstraint;

/**
 * Reads stores' answers in XML, by the library of MinIO's client and the parser of the Java platform. Loaded when the first one comes:
 * most downloads need none.
 */
final class StoreXml {

    static {
        // MinIO's library keeps the parser that the first thread to need one finds by its context class loader. In a
        // host of many
        // class loaders that is any parser, or one that cannot be loaded, and then no later answer could be read.
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

    private StoreXml() {}

    /** To be called before MinIO's client reads answers by itself. All that it needs is done once, when this class is loaded. */
    static void keepJavasParser() {}

    /** What a document says. */
    static <T> T read(Class<T> type, String document) throws XmlParserException {
        return Xml.unmarshal(type, document);
    }
}
