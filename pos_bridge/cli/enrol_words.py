"""Every sentence of `pos-bridge enrol`, in French and in English. What went wrong is told with what to do."""

from pos_bridge.cli.journal_words import Said
from pos_bridge.domain.enrolment import EnrolFault

WORDS = {
    "ask_token": Said("Jeton d'inscription (il ne s'affiche pas) : ", "Enrolment token (it is not shown): "),
    "enrolled": Said(
        "Certificat de {name} jusqu'au {last}, avec sa clé, dans {path}.",
        "Certificate of {name} until {last}, with its key, in {path}.",
    ),
    "renews": Said(
        "Le service le renouvelle de lui-même à partir du {day}.", "The service renews it by itself from {day} on."
    ),
    "renews_not": Said(
        "Rien ne le renouvelle : refaites `enrol --csr` à temps.", "Nothing renews it: do `enrol --csr` again in time."
    ),
    "taken": Said(
        "Le service le prend dans l'heure, ou aussitôt avec `systemctl reload pos-bridge`. Aucune vente n'est "
        "interrompue.",
        "The service takes it within the hour, or at once with `systemctl reload pos-bridge`; no sale is interrupted.",
    ),
    "authority": Said(
        "Autorité du serveur d'inscription dans {path}. Empreinte SHA-256 : {print}.",
        "The enrolment server's authority in {path}. SHA-256 fingerprint: {print}.",
    ),
    "asked": Said(
        "Demande pour {name} dans {path}. Faites-la signer, puis `pos-bridge enrol --install FICHIER`. La clé ne "
        "quitte pas cette caisse.",
        "Request for {name} in {path}. Have it signed, then `pos-bridge enrol --install FILE`. The key does not leave "
        "this till.",
    ),
    "issuer_processor": Said(
        "Fait par {issuer}, dont l'autorité est celle de processor.ca.",
        "Made by {issuer}, whose authority is the one in processor.ca.",
    ),
    "issuer_same": Said(
        "Fait, d'après le nom qu'il porte, par {issuer}, comme celui qu'il remplace.",
        "Made, by the name in it, by {issuer}, as the one that it replaces.",
    ),
    "issuer_other": Said(
        "ATTENTION : fait par {issuer}; celui qu'il remplace l'était par {before}. Si personne ne vous a annoncé ce "
        "changement, demandez avant que le service ne redémarre.",
        "WARNING: made by {issuer}; the one that it replaces was by {before}. If nobody announced that change to you, "
        "ask before the service is restarted.",
    ),
    "issuer_unknown": Said(
        "ATTENTION : fait par {issuer}, que rien sur cette caisse ne connaît. Est-ce bien votre PKI?",
        "WARNING: made by {issuer}, which nothing on this till knows. Is that your PKI?",
    ),
    "name_other": Said(
        "ATTENTION : il est au nom de {name}, et cette caisse est {poiid}. Est-ce bien celui de cette caisse?",
        "WARNING: it is in the name of {name}, and this till is {poiid}. Is it this till's?",
    ),
    "issuer_unchecked": Said(
        "Qui l'a fait n'est pas vérifié. Pour qu'il le soit, nommez le certificat de l'autorité dans {file} : "
        '[enrolment], ca = "enrolment-ca.pem" (docs/certificates.md). D\'ici là le processeur seul peut refuser; '
        "`pos-bridge doctor` dit s'il l'accepte.",
        "Who made it was not checked. To have that checked, name the authority's certificate in {file}: [enrolment], "
        'ca = "enrolment-ca.pem" (docs/certificates.md). Until then only the processor can refuse it; `pos-bridge '
        "doctor` says whether it takes it.",
    ),
    "no_url": Said(
        "[enrolment] url manque dans {file} : écrivez l'adresse du serveur d'inscription, ou passez par un fichier "
        "avec `enrol --csr`. Rien n'a été changé.",
        "[enrolment] url is missing in {file}: write the enrolment server's address, or go by file with "
        "`enrol --csr`. Nothing was changed.",
    ),
    "two_files": Said(
        "{file} : processor.certificate et processor.key doivent nommer un seul et même fichier "
        "(docs/certificates.md). Rien n'a été changé.",
        "{file}: processor.certificate and processor.key must name one and the same file (docs/certificates.md). "
        "Nothing was changed.",
    ),
    "not_asked": Said(
        "{path} n'est pas là : faites d'abord la demande avec `pos-bridge enrol --csr FICHIER`.",
        "{path} is not there: make the request first, with `pos-bridge enrol --csr FILE`.",
    ),
    "authority_unusable": Said(
        "{path} n'est pas un fichier PEM d'autorités : remettez le bon, ou effacez-le et recommencez. Rien n'a été "
        "changé.",
        "{path} is no PEM file of authorities: put the right one back, or delete it and begin again. Nothing was "
        "changed.",
    ),
    "not_a_chain": Said(
        "{path} n'est pas une chaîne de certificats (PEM ou PKCS #7), ou est coupé : donnez ce que votre PKI a signé, "
        "pas la demande. Rien n'a été changé.",
        "{path} is no chain of certificates (PEM or PKCS #7), or is cut off: give what your PKI signed, not the "
        "request. Nothing was changed.",
    ),
    "disk": Said(
        "{path} ne peut pas être lu ou écrit ({reason}) : voyez la place et les droits, puis recommencez. Ce qui était "
        "là est intact; un jeton qui n'a pas été envoyé reste bon.",
        "{path} cannot be read or written ({reason}): look at the room and the rights, then begin again. What was "
        "there is intact; a token that was not sent stays good.",
    ),
}

FAULTS = {
    EnrolFault.TOKEN_MALFORMED: Said(
        "Ce n'est pas un jeton entier (pbt1.… ) : copiez-le de nouveau. Rien n'a été envoyé.",
        "That is not a whole token (pbt1.…): copy it again. Nothing was sent.",
    ),
    EnrolFault.TOKEN_REFUSED: Said(
        "Le serveur refuse le jeton : il est faux, déjà utilisé, d'une autre caisse, ou de plus de 24 heures. "
        "Demandez-en un autre pour cette caisse.",
        "The server refuses the token: it is wrong, used, of another till, or older than 24 hours. Ask for another one "
        "for this till.",
    ),
    EnrolFault.AUTHORITY_MISMATCH: Said(
        "L'autorité n'est pas celle que nomme le jeton : mauvaise adresse, mauvais jeton, ou quelqu'un se fait passer "
        "pour le serveur. Rien n'a été envoyé. Vérifiez l'adresse et l'empreinte avec le processeur.",
        "The authority is not the one that the token names: a wrong address, a wrong token, or somebody poses as the "
        "server. Nothing was sent. Check the address and the fingerprint with the processor.",
    ),
    EnrolFault.SERVER_UNPROVEN: Said(
        "Le serveur ne prouve pas qui il est : son certificat n'est pas de cette autorité ou pas de ce nom. Rien n'a "
        "été envoyé.",
        "The server does not prove who it is: its certificate is not of that authority or not of that name. Nothing "
        "was sent.",
    ),
    EnrolFault.CLOCK_OFF: Said(
        "L'horloge de cette caisse et celle du serveur sont à plus de dix minutes l'une de l'autre, ou un certificat "
        "n'est pas valable à cette heure-ci. Réglez l'heure (`timedatectl`), puis recommencez.",
        "The clocks of this till and of the server are more than ten minutes apart, or a certificate is not valid at "
        "this time. Set the clock (`timedatectl`), then begin again.",
    ),
    EnrolFault.UNREACHABLE: Said(
        "Le serveur ne répond pas. Voyez le réseau, l'adresse et le pare-feu.",
        "The server does not answer. Look at the network, the address and the firewall.",
    ),
    EnrolFault.REFUSED: Said(
        "Le serveur refuse : la caisse est peut-être révoquée. Demandez au processeur.",
        "The server refuses: the till may be revoked. Ask the processor.",
    ),
    EnrolFault.LATER: Said(
        "Quelqu'un doit d'abord accepter cette caisse chez le processeur. Recommencez ensuite.",
        "Somebody at the processor has to agree to this till first. Begin again afterwards.",
    ),
    EnrolFault.BAD_ANSWER: Said(
        "La réponse est coupée ou n'est pas un certificat. Le jeton est peut-être utilisé : demandez-en un autre.",
        "The answer is cut off or is no certificate. The token may be used up: ask for another one.",
    ),
    EnrolFault.OTHER_KEY: Said(
        "Le certificat n'est pas celui de la clé de cette caisse.", "The certificate is not for this till's key."
    ),
    EnrolFault.OTHER_NAME: Said(
        "Le certificat est au nom d'une autre caisse.", "The certificate is in another till's name."
    ),
    EnrolFault.OTHER_AUTHORITY: Said(
        "Le certificat a été fait par une autre autorité.", "The certificate was made by another authority."
    ),
    EnrolFault.NOT_FOR_CLIENTS: Said(
        "Le certificat n'est pas fait pour une caisse (usage : client).",
        "The certificate is not made for a till (use: client).",
    ),
    EnrolFault.ENDED: Said(
        "Le certificat est échu. S'il vient d'être fait, voyez l'heure de cette caisse (`timedatectl`).",
        "The certificate has ended. If it was just made, look at this till's clock (`timedatectl`).",
    ),
    EnrolFault.NOT_YET: Said(
        "Le certificat n'est pas encore valable. Voyez l'heure de cette caisse (`timedatectl`).",
        "The certificate is not valid yet. Look at this till's clock (`timedatectl`).",
    ),
    EnrolFault.UNWRITABLE: Said("Le disque ne prend rien.", "The disk takes nothing."),
    EnrolFault.KEY_UNUSABLE: Said(
        "La clé de la demande est à moitié écrite ou d'un autre genre : effacez son fichier (.asked) et refaites la "
        "demande avec `enrol --csr`.",
        "The request's key is half-written or of another kind: delete its file (.asked) and make the request again "
        "with `enrol --csr`.",
    ),
    EnrolFault.NOT_TAKEN: Said(
        "Le processeur ne prend pas ce certificat.", "The processor does not take this certificate."
    ),
}
UNCHANGED = Said("Rien n'a été changé; la caisse continue.", "Nothing was changed; the till goes on.")
