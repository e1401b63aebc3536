package io.jenkins.plugins.mlops.core.registry;

import java.util.List;

/** The way in which writers of ours share an alias. Thread-safe. */
interface AliasProtocol {

    /** Finishes what another call began and did not end, and says where the alias stands. @param notes tell what was finished */
    AliasPosition settle(String model, String alias, List<String> notes);
}
