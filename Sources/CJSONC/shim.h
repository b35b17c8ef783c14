#pragma once
#include <json-c/json.h>

// json-c walks an object's members through a macro that declares variables in the caller's
// scope; Swift sees neither. These follow the linked list that the macro follows, which keeps
// the order of the text.
static inline struct lh_entry *refract_json_object_first(struct json_object *object) {
  return json_object_get_object(object)->head;
}
static inline struct lh_entry *refract_json_entry_next(struct lh_entry *entry) {
  return entry->next;
}
static inline const char *refract_json_entry_key(struct lh_entry *entry) {
  return (const char *)lh_entry_k(entry);
}
static inline struct json_object *refract_json_entry_value(struct lh_entry *entry) {
  return (struct json_object *)lh_entry_v(entry);
}
